import Inspector
import PageCache
import RangedMmap
import TerminalCanvas

/// The glyphs of the screen, for terminals with Unicode and for others.
///
/// A state is told by glyph and by colour: the more ink, the nearer to the disk.
struct Glyphs {
  let states: [PageState: Unicode.Scalar]
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
    kernel: [.noData: "·", .onDisk: "□", .clean: "○", .dirty: "●", .writeback: "◐", .unknown: "?"],
    cursor: "◆", rule: "─", bar: "│", separator: " · ", levels: Array("▁▂▃▄▅▆▇█".unicodeScalars), unknown: "–",
    microseconds: "µs")

  static let ascii = Glyphs(
    states: [.free: ".", .allocated: "a", .written: "w", .flushing: "f", .flushed: "#", .lost: "!"],
    kernel: [.noData: ".", .onDisk: "-", .clean: "o", .dirty: "d", .writeback: "b", .unknown: "?"],
    cursor: nil, rule: "-", bar: "|", separator: " - ", levels: Array("_.-~=+*#".unicodeScalars), unknown: "-",
    microseconds: "us")

  /// The states whose glyph is a shade or a block.
  static let filled: Set<PageState> = [.allocated, .written, .flushing, .flushed]

  func glyph(_ state: PageState) -> Unicode.Scalar { states[state] ?? "?" }
  /// Whether a glyph from elsewhere can be shown.
  func shows(_ glyph: Unicode.Scalar) -> Bool { glyph.isASCII || unknown != "-" }
  func glyph(_ state: KernelState) -> Unicode.Scalar { kernel[state] ?? "?" }
}

/// What the kernel's layer shows of a page: where its bytes are.
enum KernelState: CaseIterable {
  /// Nowhere: a hole, or blocks that are only reserved.
  case noData
  /// On the disk and not in memory.
  case onDisk
  /// In memory, equal to the disk.
  case clean
  /// In memory, and the disk has others.
  case dirty
  /// On their way to the disk.
  case writeback
  /// Nobody may say.
  case unknown

  init(_ page: Int, _ sample: KernelSample?) {
    guard let state = sample?[page] else {
      self = .unknown
      return
    }
    self =
      state.contains(.dirty)
      ? .dirty
      : state.contains(.writeback)
        ? .writeback
        : state.contains(.cached) ? .clean : sample?.kind(of: page)?.holdsData == true ? .onDisk : .noData
  }

  var role: Role {
    switch self {
    case .noData: .free
    case .onDisk: .onDisk
    case .clean: .clean
    case .dirty: .dirty
    case .writeback: .writeback
    case .unknown: .unknown
    }
  }
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
