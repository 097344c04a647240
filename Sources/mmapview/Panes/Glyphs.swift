import Inspector
import RangedMmap

/// The glyphs of the screen, for terminals with Unicode and for others.
struct Glyphs {
  // In the order of the states, because they are read for every cell of every frame.
  private let states: [Unicode.Scalar]
  /// How much of a cell is in use, from little to most, for cells of many pages.
  let bars: [Unicode.Scalar]
  /// A cell all of which is in use, with pages of several states.
  let mixture: Unicode.Scalar
  private let kernel: [Unicode.Scalar]
  /// Marks the cursor's cell, on a ground in its state's colour: a shade would look the same reversed.
  let cursor: Unicode.Scalar?
  /// Marks a cell that is selected, or in view, for the same reason.
  let selected: Unicode.Scalar?
  let rule: Unicode.Scalar
  let bar: Unicode.Scalar
  let separator: String
  /// Bars of a graph, the lowest first.
  let levels: [Unicode.Scalar]
  /// Stands for a figure that is not known.
  let unknown: String
  let microseconds: String

  static let unicode = Glyphs(
    states: PageState.allCases.map(\.row.glyph),
    bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇"], mixture: "▚",
    kernel: KernelState.allCases.map(\.row.glyph),
    cursor: "◆", selected: "◇", rule: "─", bar: "│", separator: " · ", levels: Array("▁▂▃▄▅▆▇█".unicodeScalars),
    unknown: "–", microseconds: "µs")

  static let ascii = Glyphs(
    states: PageState.allCases.map(\.row.ascii),
    bars: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], mixture: "%",
    kernel: KernelState.allCases.map(\.row.ascii),
    cursor: nil, selected: nil, rule: "-", bar: "|", separator: " - ", levels: Array("_.-~=+*#".unicodeScalars),
    unknown: "-", microseconds: "us")

  /// The bar of a share between nothing and all.
  func bar(_ part: Int, of whole: Int) -> Unicode.Scalar {
    bars[min(bars.count - 1, part * bars.count / max(1, whole))]
  }
  func glyph(_ state: PageState) -> Unicode.Scalar { states[Int(state.rawValue)] }
  func progress(_ isDone: Bool) -> Unicode.Scalar { isDone ? glyph(PageState.flushed) : glyph(PageState.free) }
  func glyph(_ state: KernelState) -> Unicode.Scalar { kernel[state.rawValue] }

  private var isASCII: Bool { unknown == "-" }
  /// Whether a glyph from elsewhere can be shown.
  func shows(_ glyph: Unicode.Scalar) -> Bool { glyph.isASCII || !isASCII }
  /// A text with the program's own symbols spelled out where these glyphs have none of them; quoted text stays.
  func spell(_ text: String) -> String { isASCII ? text.inASCII : text }
}

extension String {
  private static let spellings: [Character: String] = [
    "…": "...", "·": "|", "←": "Left", "→": "Right", "↑": "Up", "↓": "Down",
  ]

  var inASCII: String { map { Self.spellings[$0] ?? String($0) }.joined() }
}
