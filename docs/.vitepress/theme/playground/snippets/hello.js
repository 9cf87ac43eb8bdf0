import { connect } from "wschan";

// The server sends back what it gets.
const client = await connect("wss://api.example.com/echo");

await client.send("hello");
const { value } = await client.receive({ timeout: "5s" });
console.log(value.type, value.data);

const { code, clean } = await client.close();
console.log("closed with", code, clean ? "and clean" : "and not clean");
