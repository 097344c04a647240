/// What a cell's colour means; a palette says how it looks.
///
/// Inlined, as ``Style`` is: a frame makes one for each of its cells.
package struct Role: Sendable, Hashable {
  // Both in one number: frames compare the roles of all their cells.
  @usableFromInline let code: UInt32

  /// Its place in each palette; 0 is plain text.
  package var number: UInt8 { UInt8(truncatingIfNeeded: code) }
  /// Stands for it where a frame is compared as text: in lower case, and different from all others.
  package var letter: Unicode.Scalar { Unicode.Scalar(code >> 8) ?? "?" }

  @inlinable
  package init(_ number: UInt8, _ letter: Unicode.Scalar) { code = letter.value << 8 | UInt32(number) }

  /// Plain text, in the terminal's own colour.
  package static let text = Role(0, "t")
}

package struct Style: Sendable, Equatable {
  package var role: Role
  /// Whether foreground and background change places.
  package var isReversed: Bool
  package var isUnderlined: Bool
  /// Whether the text was measured: another machine or another run shows something else.
  package var isMeasured: Bool

  @inlinable
  package init(_ role: Role, isReversed: Bool = false, isUnderlined: Bool = false, isMeasured: Bool = false) {
    self.role = role
    (self.isReversed, self.isUnderlined, self.isMeasured) = (isReversed, isUnderlined, isMeasured)
  }

  package static let plain = Style(.text)

  /// The letter of the role, in upper case where reversed or underlined; a tilde where it was measured and can't be
  /// compared.
  var letter: Unicode.Scalar {
    if isMeasured { return "~" }
    guard isReversed || isUnderlined else { return role.letter }
    return role.letter.properties.uppercaseMapping.unicodeScalars.first ?? role.letter
  }
}
