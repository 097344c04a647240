import Inspector
import RangedMmap
import TerminalCanvas

// The keys of the pane that shows the bytes of a page.

/// Which pane the arrows move in.
enum Focus {
  case grid
  case bytes
}

extension KeyMap {
  /// The keys that mean something else while the bytes have the focus.
  static let bytes: [Binding] = [
    Binding("← h", [.left, .character("h")], "one byte back") { session, _, _ in step(session, by: -1) },
    Binding("→ l", [.right, .character("l")], "one byte on") { session, _, _ in step(session, by: 1) },
    Binding("↑ k", [.up, .character("k")], "one row up") { session, _, _ in step(session, by: -16) },
    Binding("↓ j", [.down, .character("j")], "one row down") { session, _, _ in step(session, by: 16) },
    Binding("PgUp", [.pageUp], "one screen up") { session, interface, _ in
      step(session, by: -16 * interface.byteRows)
    },
    Binding("PgDn", [.pageDown], "one screen down") { session, interface, _ in
      step(session, by: 16 * interface.byteRows)
    },
    Binding("g Home", [.character("g"), .home], "the first byte of the page") { session, _, _ in
      .perform(.byte(offset: session.view.cursor * Alignment.page))
    },
    Binding("G End", [.character("G"), .end], "the last byte of the page") { session, _, _ in
      guard let file = session.file else { return nil }
      return .perform(.byte(offset: min((session.view.cursor + 1) * Alignment.page, file.size) - 1))
    },
    Binding("Tab Esc", [.tab, .escape], "back to the pages") { _, _, _ in .focus(.grid) },
  ]

  /// The key that gives them the focus.
  static let toBytes = Binding("Tab", [.tab], "to the bytes, and back") {
    session, interface, _ in
    guard session.file != nil else { return nil }
    guard interface.byteRows > 0 else {
      return .refuse("the window is too small to show bytes: they need 69 columns and 18 rows")
    }
    return .focus(.bytes)
  }

  // Over the ends of a page into its neighbours; not over those of the file.
  private static func step(_ session: Session, by bytes: Int) -> Action? {
    guard let file = session.file else { return nil }
    let target = session.view.cursor * Alignment.page + session.view.byteCursor + bytes
    return .perform(.byte(offset: min(max(0, target), file.size - 1)))
  }
}
