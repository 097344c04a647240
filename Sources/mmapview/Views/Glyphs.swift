import Inspector
import RangedMmap
import TerminalCanvas

/// The glyphs of the screen, for terminals with Unicode and for others.
///
/// A state is told by glyph and by colour: the more ink, the nearer to the disk.
struct Glyphs {
  let states: [PageState: Unicode.Scalar]
  /// How much of a cell is in use, from little to most, for cells of many pages.
  let bars: [Unicode.Scalar]
  /// A cell all of which is in use, with pages of several states.
  let mixture: Unicode.Scalar
  let kernel: [KernelState: Unicode.Scalar]
  /// What marks the cursor's cell, on a ground in its state's colour: a shade would look the same reversed.
  let cursor: Unicode.Scalar?
  let rule: Unicode.Scalar
  let bar: Unicode.Scalar
  let separator: String
  /// Bars of a graph, the lowest first.
  let levels: [Unicode.Scalar]
  /// What stands for a figure that is not known.
  let unknown: String
  let microseconds: String

  static let unicode = Glyphs(
    states: [.free: "·", .allocated: "░", .written: "▒", .flushing: "▓", .flushed: "█", .lost: "×"],
    bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇"], mixture: "▚",
    kernel: [.noData: "·", .onDisk: "□", .clean: "○", .dirty: "●", .writeback: "◐", .unknown: "?"],
    cursor: "◆", rule: "─", bar: "│", separator: " · ", levels: Array("▁▂▃▄▅▆▇█".unicodeScalars), unknown: "–",
    microseconds: "µs")

  static let ascii = Glyphs(
    states: [.free: ".", .allocated: "a", .written: "w", .flushing: "f", .flushed: "#", .lost: "!"],
    bars: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], mixture: "%",
    kernel: [.noData: ".", .onDisk: "-", .clean: "o", .dirty: "d", .writeback: "b", .unknown: "?"],
    cursor: nil, rule: "-", bar: "|", separator: " - ", levels: Array("_.-~=+*#".unicodeScalars), unknown: "-",
    microseconds: "us")

  /// The states whose glyph is a shade or a block.
  static let filled: Set<PageState> = [.allocated, .written, .flushing, .flushed]

  /// The bar of a share between nothing and all.
  func bar(_ part: Int, of whole: Int) -> Unicode.Scalar {
    bars[min(bars.count - 1, part * bars.count / max(1, whole))]
  }
  func glyph(_ state: PageState) -> Unicode.Scalar { states[state] ?? "?" }
  func progress(_ isDone: Bool) -> Unicode.Scalar { isDone ? glyph(PageState.flushed) : glyph(PageState.free) }
  /// Whether a glyph from elsewhere can be shown.
  func shows(_ glyph: Unicode.Scalar) -> Bool { glyph.isASCII || unknown != "-" }
  func glyph(_ state: KernelState) -> Unicode.Scalar { kernel[state] ?? "?" }
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
