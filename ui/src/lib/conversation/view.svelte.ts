// Whether the member can see the window: it has the focus and is visible. A chat that is open in a window behind
// others is not read.

class View {
  /** The window has the focus and is visible. */
  focused = $state(false);

  /** Follows the window until the returned function is called. */
  watch(): () => void {
    const look = () => (this.focused = document.visibilityState === "visible" && document.hasFocus());
    // `blur` arrives while `hasFocus` may still say yes.
    const away = () => (this.focused = false);
    look();
    addEventListener("focus", look);
    addEventListener("blur", away);
    document.addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("focus", look);
      removeEventListener("blur", away);
      document.removeEventListener("visibilitychange", look);
    };
  }
}

/** The one window's view. */
export const view = new View();
