import Inspector
import RangedMmap
import TerminalCanvas

/// Which pane the arrows move in.
enum Focus {
  case grid
  case bytes
}

extension KeyMap {
  /// The keys that mean something else while the bytes have the focus.
  static let bytes: [Binding] = [
    Binding("← h", [.left, "h"], "one byte back") { $0.step(by: -1) },
    Binding("→ l", [.right, "l"], "one byte on") { $0.step(by: 1) },
    Binding("↑ k", [.up, "k"], "one row up") { $0.step(byRows: -1) },
    Binding("↓ j", [.down, "j"], "one row down") { $0.step(byRows: 1) },
    Binding("PgUp", [.pageUp], "one screen up") { $0.step(byRows: -$0.interface.byteRoom) },
    Binding("PgDn", [.pageDown], "one screen down") { $0.step(byRows: $0.interface.byteRoom) },
    Binding("g Home", ["g", .home], "the first byte of the page") {
      .perform(.byte(offset: $0.cursor * Alignment.page))
    },
    Binding("G End", ["G", .end], "the last byte of the page") { context in
      context.session.file.map { .perform(.byte(offset: min((context.cursor + 1) * Alignment.page, $0.size) - 1)) }
    },
    Binding("Tab Esc", [.tab, .escape], "back to the pages") { _ in .focus(.grid) },
  ]

  /// The key that gives them the focus.
  static let toBytes = Binding("Tab", [.tab], "to the bytes, and back") { context in
    guard context.session.file != nil else { return nil }
    guard context.interface.byteRoom > 0 else {
      let (columns, rows) = Layout.leastForBytes
      return .refuse("the window is too small to show bytes: they need \(columns) columns and \(rows) rows")
    }
    return .focus(.bytes)
  }
}

extension KeyContext {
  fileprivate func step(byRows rows: Int) -> KeyAction? { step(by: rows * interface.byteRows.bytesPerRow) }

  // Over the ends of a page into its neighbours; not over those of the file.
  fileprivate func step(by bytes: Int) -> KeyAction? {
    guard let file = session.file else { return nil }
    let target = cursor * Alignment.page + session.view.byteCursor + bytes
    return .perform(.byte(offset: min(max(0, target), file.size - 1)))
  }
}
