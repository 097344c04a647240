import Inspector
import RangedMmap
import TerminalCanvas

/// The appearance of a cell that stands for one page or for many.
///
/// A bar shows how much of a mixture is in use. Its colour is that of the most urgent state: one lost or dirty page never
/// disappears in a crowd.
struct CellAppearance {
  let glyph: Unicode.Scalar
  var role: Role
  /// Whether the glyph is repeated over a cell of several columns and rows; a lone mark is not.
  let isFilled: Bool

  static let blank = CellAppearance(glyph: " ", role: .text, isFilled: false)

  /// One in which a page has just faulted.
  init(faulted glyphs: Glyphs) {
    self.init(glyph: glyphs.faulted.glyph, role: glyphs.faulted.role, isFilled: false)
  }

  private init(glyph: Unicode.Scalar, role: Role, isFilled: Bool) {
    (self.glyph, self.role, self.isFilled) = (glyph, role, isFilled)
  }

  init(_ counts: PageCounts, _ glyphs: Glyphs) {
    let total = counts.total
    let state = Self.mostUrgent(counts)
    let mark = glyphs.mark(state)
    role = mark.role
    isFilled = glyphs.fillsCells && state != .lost && state != .free
    if counts[state] == total || state == .lost {
      glyph = mark.glyph
    } else if counts[.free] > 0 {
      glyph = glyphs.bar(total - counts[.free], of: total)
    } else {
      glyph = glyphs.mixture
    }
  }

  // First what is gone, then what may still be lost.
  private static func mostUrgent(_ counts: PageCounts) -> PageState {
    if counts[.lost] > 0 { return .lost }
    if counts[.written] > 0 { return .written }
    if counts[.flushing] > 0 { return .flushing }
    if counts[.flushed] > 0 { return .flushed }
    return counts[.allocated] > 0 ? .allocated : .free
  }

  init(_ cell: KernelCell?, _ glyphs: Glyphs) {
    let mark = glyphs.mark(KernelState(cell))
    role = mark.role
    if let cell, cell.cached > 0, cell.cached < cell.pages {
      glyph = glyphs.bar(cell.cached, of: cell.pages)
    } else if let cell, [cell.dirty, cell.writeback].contains(where: { (1..<max(1, cell.cached)).contains($0 ?? 0) }) {
      glyph = glyphs.mixture
    } else {
      glyph = mark.glyph
      isFilled = false
      return
    }
    isFilled = glyphs.fillsCells
  }

  /// The cell under the cursor, or one that is selected: its glyph stays.
  func style(isCursor: Bool, isSelected: Bool, isReversed: Bool = false, isMeasured: Bool = false) -> Style {
    // A ground that no state has: a shade looks the same when its own colours change places.
    if isCursor { return Style(.title, isReversed: true, isUnderlined: true, isMeasured: isMeasured) }
    // The grey of free pages would make a faint line.
    let role = isSelected && role == .free ? .title : role
    return Style(role, isReversed: isReversed, isUnderlined: isSelected, isMeasured: isMeasured)
  }
}
