/// A key, a character, what the mouse did, or the news that the window changed its size.
package enum Key: Sendable, Equatable {
  /// A character that was typed.
  case character(Unicode.Scalar)
  /// Arrow keys.
  case up
  /// Arrow keys.
  case down
  /// Arrow keys.
  case left
  /// Arrow keys.
  case right
  /// Arrow keys with shift.
  case shiftUp
  /// Arrow keys with shift.
  case shiftDown
  /// Arrow keys with shift.
  case shiftLeft
  /// Arrow keys with shift.
  case shiftRight
  /// Arrow keys with control.
  case controlUp
  /// Arrow keys with control.
  case controlDown
  /// Arrow keys with control.
  case controlLeft
  /// Arrow keys with control.
  case controlRight
  /// A screenful up.
  case pageUp
  /// A screenful down.
  case pageDown
  /// To the start.
  case home
  /// To the end.
  case end
  /// The enter key.
  case enter
  /// The escape key.
  case escape
  /// The tabulator key.
  case tab
  /// The tabulator key with shift.
  case backTab
  /// Deletes to the left.
  case backspace
  /// Deletes under the cursor.
  case delete
  /// The insert key.
  case insert
  /// The key F1.
  case help
  /// A character that was typed with Alt held, or right after Esc: terminals send the same for both.
  case alt(Unicode.Scalar)
  /// Text that was pasted, not typed.
  case paste(String)
  /// The mouse.
  case mouse(MouseEvent)
  /// The window has another size.
  case resize
  /// Any other key.
  case unknown
}

/// What the mouse did, and over which cell.
package struct MouseEvent: Sendable, Equatable {
  /// What was done.
  package enum Kind: Sendable {
    /// The left button went down.
    case press
    /// The left button came up.
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
  /// What was done.
  package var kind: Kind
  /// Whether shift was held; many terminals keep such presses for their own selection.
  package var isShifted: Bool

  /// An event.
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
