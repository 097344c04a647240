package enum Key: Sendable, Equatable {
  case character(Unicode.Scalar)
  case up, down, left, right
  case controlLeft, controlRight
  case pageUp, pageDown, home, end
  case enter, escape, tab, backTab, backspace, delete, help
  /// `F2` to `F12`; `F1` is ``help``.
  case function(Int)
  /// A character that was typed with Alt held, or right after Esc: terminals send the same for both.
  case alt(Unicode.Scalar)
  case paste(String)
  case mouse(MouseEvent)
  case resize
  /// A key that the program has no use for.
  case unknown
}

extension Key: ExpressibleByUnicodeScalarLiteral {
  package init(unicodeScalarLiteral scalar: Unicode.Scalar) { self = .character(scalar) }
}

package struct MouseEvent: Sendable, Equatable {
  package enum Kind: Sendable {
    case press, release
    /// The mouse moved with the left button down.
    case drag
    /// The wheel turned away from the person, or towards the person.
    case scrollUp, scrollDown
  }

  package var x: Int
  package var y: Int
  package var kind: Kind
  /// Whether shift was held; many terminals keep such presses for their own selection.
  package var isShifted: Bool

  package init(x: Int, y: Int, kind: Kind, isShifted: Bool = false) {
    (self.x, self.y, self.kind, self.isShifted) = (x, y, kind, isShifted)
  }
}

extension MouseEvent {
  /// What a terminal reports in mode 1006, after its `ESC [`: `<BUTTON;COLUMN;ROWM`, or `m` at the end for a release.
  ///
  /// ncurses reads such reports itself, unless their bytes arrive after its time limit.
  init?(report: String) {
    guard let match = report.wholeMatch(of: #/<(\d{1,4});(\d{1,5});(\d{1,5})([Mm])/#),
      let code = Int(match.1), let column = Int(match.2), let row = Int(match.3)
    else { return nil }
    // 4 is added for Shift, 8 for Alt, 16 for Ctrl, 32 for a motion.
    let kind: Kind? =
      switch (code & ~28, match.4) {
      case (0, "M"): .press
      case (0, "m"): .release
      case (32, _): .drag
      case (64, "M"): .scrollUp
      case (65, "M"): .scrollDown
      default: nil
      }
    guard let kind else { return nil }
    self.init(x: column - 1, y: row - 1, kind: kind, isShifted: code & 4 != 0)
  }
}
