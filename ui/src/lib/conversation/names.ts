// Colleagues know each other: one word of the name is enough beside a message.

/** The first word of a name. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] || name;
}
