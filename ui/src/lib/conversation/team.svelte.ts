/** Which question about the team chat on screen is asked. */
class Team {
  asking = $state<"rename" | "add" | "leave" | null>(null);
}

/** The window's one question. */
export const team = new Team();
