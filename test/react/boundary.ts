import { Component } from "react";
import type { ReactNode } from "react";
import type { WsError } from "../../src/node.js";

/** An error boundary that shows the code of the error. */
export class Boundary extends Component<{ readonly children?: ReactNode }> {
  override state: { readonly error?: WsError } = {};

  static getDerivedStateFromError(error: WsError): { readonly error: WsError } {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error ? this.state.error.code : this.props.children;
  }
}
