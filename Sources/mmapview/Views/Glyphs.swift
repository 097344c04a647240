import Inspector
import RangedMmap
import TerminalCanvas

/// The glyphs of the screen, for terminals with Unicode and for others.
///
/// A state is told by glyph and by colour: the more ink, the nearer to the disk.
struct Glyphs {
  let states: [PageState: Unicode.Scalar]
  /// What marks the cursor's cell, on a ground in its state's colour: a shade would look the same reversed.
  let cursor: Unicode.Scalar?
  let rule: Unicode.Scalar
  let bar: Unicode.Scalar
  let separator: String

  static let unicode = Glyphs(
    states: [.free: "·", .allocated: "░", .written: "▒", .flushing: "▓", .flushed: "█", .lost: "×"],
    cursor: "◆", rule: "─", bar: "│", separator: " · ")

  static let ascii = Glyphs(
    states: [.free: ".", .allocated: "a", .written: "w", .flushing: "f", .flushed: "#", .lost: "!"],
    cursor: nil, rule: "-", bar: "|", separator: " - ")

  /// The states whose glyph is a shade or a block.
  static let filled: Set<PageState> = [.allocated, .written, .flushing, .flushed]

  func glyph(_ state: PageState) -> Unicode.Scalar { states[state] ?? "?" }
}

extension PageState {
  /// The colour's meaning.
  var role: Role {
    switch self {
    case .free: .free
    case .allocated: .allocated
    case .written: .written
    case .flushing: .flushing
    case .flushed: .flushed
    case .lost: .lost
    }
  }
}
