// Every word of the chat box. English now; numbers and times follow the browser's language.

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const names = new Intl.ListFormat("en", { type: "conjunction" });
const counts = ["No messages wait", "One message waits", "Two messages wait", "Three messages wait"];

export const texts = {
  close: "Close the chat",
  log: "Messages",
  draft: "Write a message",
  send: "Send",
  foot: "Answered by people, with Deskbell",
  earlier: "Earlier messages",
  welcome: "Write to us here",
  with: (who) => `With ${names.format(who)}`,
  noConnection: "No connection",
  offline: "You are offline.",
  hubAway: "The chat cannot be reached.",
  waits: (n) =>
    n === 0
      ? "What you write waits here and goes out by itself."
      : `${counts[n] ?? `${n} messages wait`} here and ${n === 1 ? "goes out by itself" : "go out by themselves"}.`,
  waitsForConnection: "Waits for the connection",
  sending: "Sending",
  delivered: (ms) => `Delivered ${time.format(ms)}`,
  time: (ms) => time.format(ms),
  dayLine: (ms) => {
    const at = new Date(ms);
    const midnight = new Date();
    midnight.setHours(0, 0, 0, 0);
    if (at >= midnight) return `Today ${time.format(at)}`;
    midnight.setDate(midnight.getDate() - 1);
    return at >= midnight ? `Yesterday ${time.format(at)}` : `${day.format(at)}, ${time.format(at)}`;
  },
  notSent: "Not sent.",
  edit: "Edit",
  tooLong: "This is too long to send. Make it shorter, or send it in parts.",
  noRoom: "Your browser has no room to keep this message. Send it in parts.",
  notKept: "Your browser does not let this chat keep anything: it is forgotten when you leave the page.",
  notHere: "This chat cannot be used on this page.",
  onItsSite: "This chat opens on the web site that it belongs to.",
};
