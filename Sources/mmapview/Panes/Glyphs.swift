import Inspector
import RangedMmap
import TerminalCanvas

/// The glyphs of the screen, for terminals with Unicode and for others.
///
/// A class, since each cell of a frame reads it: to copy its arrays would cost more than to draw.
final class Glyphs: Sendable {
  /// How a state is shown.
  typealias Mark = (glyph: Unicode.Scalar, role: Role)

  // In the order of the states, because they are read for every cell of every frame.
  private let states: [Mark]
  /// How much of a cell is in use, from little to most, for cells of many pages.
  let bars: [Unicode.Scalar]
  /// A cell all of which is in use, with pages of several states.
  let mixture: Unicode.Scalar
  private let kernel: [Mark]
  /// A page that has just faulted.
  let faulted: Mark
  private let stored: Unicode.Scalar
  let rule: Unicode.Scalar
  let bar: Unicode.Scalar
  let separator: String
  /// Bars of a graph, the lowest first.
  let levels: [Unicode.Scalar]
  /// Stands for a figure that is not known.
  let unknown: String
  let microseconds: String

  private init(
    states: [Mark], bars: [Unicode.Scalar], mixture: Unicode.Scalar, kernel: [Mark], faulted: Mark,
    stored: Unicode.Scalar, rule: Unicode.Scalar, bar: Unicode.Scalar, separator: String, levels: [Unicode.Scalar],
    unknown: String, microseconds: String
  ) {
    (self.states, self.bars, self.mixture, self.kernel, self.rule) = (states, bars, mixture, kernel, rule)
    (self.bar, self.separator, self.levels, self.unknown) = (bar, separator, levels, unknown)
    (self.microseconds, self.faulted, self.stored) = (microseconds, faulted, stored)
  }

  static let unicode = Glyphs(
    states: PageState.allCases.map { ($0.row.glyph, $0.row.role) },
    bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇"], mixture: "▚",
    kernel: KernelState.allCases.map { ($0.row.glyph, $0.row.role) },
    faulted: (StateRow.faulted.glyph, StateRow.faulted.role), stored: PageMark.stored.row.glyph,
    rule: "─", bar: "│", separator: " · ", levels: Array("▁▂▃▄▅▆▇█".unicodeScalars),
    unknown: "–", microseconds: "µs")

  static let ascii = Glyphs(
    states: PageState.allCases.map { ($0.row.ascii, $0.row.role) },
    bars: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], mixture: "%",
    kernel: KernelState.allCases.map { ($0.row.ascii, $0.row.role) },
    faulted: (StateRow.faulted.ascii, StateRow.faulted.role), stored: PageMark.stored.row.ascii,
    rule: "-", bar: "|", separator: " - ", levels: Array("_.-~=+*#".unicodeScalars),
    unknown: "-", microseconds: "us")

  /// The bar of a share between nothing and all.
  func bar(_ part: Int, of whole: Int) -> Unicode.Scalar {
    bars[min(bars.count - 1, part * bars.count / max(1, whole))]
  }
  func mark(_ state: PageState) -> Mark { states[Int(state.rawValue)] }
  func mark(_ state: KernelState) -> Mark { kernel[state.rawValue] }
  func glyph(_ mark: PageMark) -> Unicode.Scalar { stored }
  /// A glyph on another ground, or underlined: of a full block nothing else would be seen.
  func marked(_ glyph: Unicode.Scalar) -> Unicode.Scalar { glyph == "█" ? "■" : glyph }
  /// Whether shades and blocks are repeated over a cell: letters that are would read as so many pages.
  var fillsCells: Bool { !isASCII }
  /// What a filled cell of two rows shows in each of them: one bar of twice the height, and not two bars.
  func halves(of glyph: Unicode.Scalar) -> (upper: Unicode.Scalar, lower: Unicode.Scalar) {
    guard let level = bars.firstIndex(of: glyph) else { return (glyph, glyph) }
    let height = 2 * (level + 1)
    func row(_ height: Int) -> Unicode.Scalar { height > 0 ? levels[min(height, levels.count) - 1] : " " }
    return (row(height - levels.count), row(height))
  }
  func progress(_ isDone: Bool) -> Unicode.Scalar { mark(isDone ? PageState.flushed : .free).glyph }

  var isASCII: Bool { rule == "-" }
  /// Whether a glyph from elsewhere can be shown.
  func shows(_ glyph: Unicode.Scalar) -> Bool { glyph.isASCII || !isASCII }
  /// A text with the program's own symbols spelled out where these glyphs have none of them; quoted text stays.
  func spell(_ text: String) -> String { isASCII ? text.inASCII : text }
  /// The same of a line that may have text from outside in it, of which no letter and no arrow is given another meaning.
  func spell(line: String) -> String {
    guard isASCII else { return line }
    return line.replacing("…", with: "...").replacing(" · ", with: " | ").replacing(" µs", with: " us")
  }
}

extension String {
  private static let spellings: [Character: String] = [
    "…": "...", "·": "|", "←": "Left", "→": "Right", "↑": "Up", "↓": "Down",
  ]

  var inASCII: String { map { Self.spellings[$0] ?? String($0) }.joined() }
}
