"use client";
export { useLatest, useMessages, useReconnecting } from "./node.cjs";
