/// What a cell's colour means; whoever draws names the roles, and a palette says how they look.
package struct Role: Sendable, Hashable {
  package let number: UInt8
  /// The letter that stands for it where a frame is compared as text.
  package let letter: Character

  /// A role.
  ///
  /// - Parameters:
  ///   - number: Its place in each palette; 0 is plain text.
  ///   - letter: A letter in lower case that no other role has.
  package init(_ number: UInt8, _ letter: Character) { (self.number, self.letter) = (number, letter) }

  /// Plain text, in the terminal's own colour.
  package static let text = Role(0, "t")
}

/// How a cell is to be shown: its meaning, whether it stands out as the cursor does, and whether it is the same on every
/// machine.
package struct Style: Sendable, Equatable {
  package var role: Role
  /// Whether foreground and background change places.
  package var isReversed: Bool
  /// Whether what stands here was measured, so that another machine or another run shows something else.
  package var isMeasured: Bool

  package init(_ role: Role, isReversed: Bool = false, isMeasured: Bool = false) {
    self.role = role
    self.isReversed = isReversed
    self.isMeasured = isMeasured
  }

  package static let plain = Style(.text)

  /// The letter of the role, in upper case where reversed; of what was measured, a tilde.
  var letter: Character {
    if isMeasured { return "~" }
    return isReversed ? Character(role.letter.uppercased()) : role.letter
  }
}
