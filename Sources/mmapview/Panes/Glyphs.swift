import Inspector
import RangedMmap
import TerminalCanvas

/// The glyphs of the screen, for terminals with Unicode and for others.
///
/// A state is told by glyph and by colour.
struct Glyphs {
  // In the order of the states, because they are looked up for every cell of every frame.
  private let states: [Unicode.Scalar]
  /// How much of a cell is in use, from little to most, for cells of many pages.
  let bars: [Unicode.Scalar]
  /// A cell all of which is in use, with pages of several states.
  let mixture: Unicode.Scalar
  private let kernel: [Unicode.Scalar]
  /// What marks the cursor's cell, on a ground in its state's colour: a shade would look the same reversed.
  let cursor: Unicode.Scalar?
  /// What marks a cell that is selected, or in view, for the same reason.
  let selected: Unicode.Scalar?
  let rule: Unicode.Scalar
  let bar: Unicode.Scalar
  let separator: String
  /// Bars of a graph, the lowest first.
  let levels: [Unicode.Scalar]
  /// What stands for a figure that is not known.
  let unknown: String
  let microseconds: String

  static let unicode = Glyphs(
    states: PageState.allCases.map(\.row.glyph),
    bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇"], mixture: "▚",
    kernel: KernelState.allCases.map(\.row.glyph),
    cursor: "◆", selected: "◇", rule: "─", bar: "│", separator: " · ", levels: Array("▁▂▃▄▅▆▇█".unicodeScalars),
    unknown: "–",
    microseconds: "µs")

  static let ascii = Glyphs(
    states: PageState.allCases.map(\.row.ascii),
    bars: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], mixture: "%",
    kernel: KernelState.allCases.map(\.row.ascii),
    cursor: nil, selected: nil, rule: "-", bar: "|", separator: " - ", levels: Array("_.-~=+*#".unicodeScalars),
    unknown: "-",
    microseconds: "us")

  /// The bar of a share between nothing and all.
  func bar(_ part: Int, of whole: Int) -> Unicode.Scalar {
    bars[min(bars.count - 1, part * bars.count / max(1, whole))]
  }
  func glyph(_ state: PageState) -> Unicode.Scalar { states[Int(state.rawValue)] }
  func progress(_ isDone: Bool) -> Unicode.Scalar { isDone ? glyph(PageState.flushed) : glyph(PageState.free) }
  /// Whether a glyph from elsewhere can be shown.
  func shows(_ glyph: Unicode.Scalar) -> Bool { glyph.isASCII || unknown != "-" }
  func glyph(_ state: KernelState) -> Unicode.Scalar { kernel[state.rawValue] }
}
