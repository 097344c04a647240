/// What a cell's colour means; a palette says how it looks.
package enum Role: UInt8, Sendable, CaseIterable {
  /// Plain text.
  case text
  /// What may be overlooked: margins, rulers, hints.
  case dim
  /// Titles and values that matter.
  case title
  /// A key that can be pressed.
  case key
  /// A caption of a script.
  case caption
  /// An error.
  case error
  /// A free page.
  case free
  /// An allocated page.
  case allocated
  /// A written page.
  case written
  /// A page in writeback.
  case flushing
  /// A durable page.
  case flushed
  /// A lost page.
  case lost
  /// A page that is in memory and equals the disk.
  case clean
  /// A page that is in memory and differs from the disk.
  case dirty
  /// A page that is being written to the disk.
  case writeback
  /// A page that is on the disk alone.
  case onDisk
  /// A page of which nothing is known.
  case unknown
  /// A page whose bytes somebody else has changed.
  case changed
  /// A byte of zero.
  case zeroByte
  /// A byte that is printable in ASCII.
  case textByte
  /// Any other byte.
  case otherByte

  /// The letter that stands for the role where a frame is compared as text.
  var letter: Character {
    switch self {
    case .text: "t"
    case .dim: "d"
    case .title: "h"
    case .key: "k"
    case .caption: "c"
    case .error: "e"
    case .free: "n"
    case .allocated: "a"
    case .written: "w"
    case .flushing: "f"
    case .flushed: "s"
    case .lost: "x"
    case .clean: "r"
    case .dirty: "y"
    case .writeback: "b"
    case .onDisk: "i"
    case .unknown: "u"
    case .changed: "m"
    case .zeroByte: "z"
    case .textByte: "p"
    case .otherByte: "o"
    }
  }
}

/// How a cell is to be shown: its meaning, whether it stands out as the cursor does, and whether it is the same on every
/// machine.
package struct Style: Sendable, Equatable {
  /// What the colour means.
  package var role: Role
  /// Whether foreground and background change places.
  package var isReversed: Bool
  /// Whether what stands here was measured, so that another machine or another run shows something else.
  package var isMeasured: Bool

  /// A style.
  package init(_ role: Role, isReversed: Bool = false, isMeasured: Bool = false) {
    self.role = role
    self.isReversed = isReversed
    self.isMeasured = isMeasured
  }

  /// Plain text.
  package static let plain = Style(.text)

  /// The letter of the role, in upper case where reversed; of what was measured, a tilde.
  var letter: Character {
    if isMeasured { return "~" }
    return isReversed ? Character(role.letter.uppercased()) : role.letter
  }
}
