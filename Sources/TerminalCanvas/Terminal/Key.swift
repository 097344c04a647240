/// A key, a character, what the mouse did, or the news that the window changed its size.
package enum Key: Sendable, Equatable {
  case character(Unicode.Scalar)
  case up
  case down
  case left
  case right
  case shiftUp
  case shiftDown
  case shiftLeft
  case shiftRight
  case controlUp
  case controlDown
  case controlLeft
  case controlRight
  case pageUp
  case pageDown
  case home
  case end
  case enter
  case escape
  case tab
  case backTab
  case backspace
  case delete
  case insert
  case help
  /// A character that was typed with Alt held, or right after Esc: terminals send the same for both.
  case alt(Unicode.Scalar)
  /// Text that was pasted, not typed.
  case paste(String)
  case mouse(MouseEvent)
  case resize
  case unknown
}

/// What the mouse did, and over which cell.
package struct MouseEvent: Sendable, Equatable {
  /// What was done.
  package enum Kind: Sendable {
    case press
    case release
    /// The mouse moved with the left button down.
    case drag
    /// The wheel turned away from the person.
    case scrollUp
    /// The wheel turned towards the person.
    case scrollDown
  }

  /// The column, from 0.
  package var x: Int
  /// The row, from 0.
  package var y: Int
  package var kind: Kind
  /// Whether shift was held; many terminals keep such presses for their own selection.
  package var isShifted: Bool

  package init(x: Int, y: Int, kind: Kind, isShifted: Bool = false) {
    self.x = x
    self.y = y
    self.kind = kind
    self.isShifted = isShifted
  }
}

extension MouseEvent {
  /// What a terminal reports in mode 1006, after its `ESC [`: `<BUTTON;COLUMN;ROWM`, or `m` at the end for a release.
  ///
  /// ncurses reads such reports itself, unless their bytes come later than it waits for them.
  init?(report: String) {
    guard let match = report.wholeMatch(of: #/<(\d{1,4});(\d{1,5});(\d{1,5})([Mm])/#),
      let code = Int(match.1), let column = Int(match.2), let row = Int(match.3)
    else { return nil }
    // 4 is added for Shift, 8 for Alt, 16 for Ctrl, 32 for a motion.
    let kind: Kind
    switch (code & ~28, match.4) {
    case (0, "M"): kind = .press
    case (0, "m"): kind = .release
    case (32, _): kind = .drag
    case (64, "M"): kind = .scrollUp
    case (65, "M"): kind = .scrollDown
    default: return nil
    }
    self.init(x: column - 1, y: row - 1, kind: kind, isShifted: code & 4 != 0)
  }
}
