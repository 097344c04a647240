import Inspector
import RangedMmap
import TerminalCanvas

/// How a cell looks that stands for one page or for many.
///
/// A mixture is shown as one: a bar tells how much of it is in use, and the colour is that of the state that matters
/// most, so that one lost or dirty page never disappears in a crowd.
struct CellAppearance {
  let glyph: Unicode.Scalar
  let role: Role
  /// Whether the glyph goes on in the columns beside it.
  let isFilled: Bool

  init(_ counts: PageCounts, _ glyphs: Glyphs) {
    let total = counts.total
    let state = Self.mostUrgent(counts)
    role = state.role
    isFilled = state != .lost && state != .free
    if counts[state] == total || state == .lost {
      glyph = glyphs.glyph(state)
    } else if counts[.free] > 0 {
      glyph = glyphs.bar(total - counts[.free], of: total)
    } else {
      glyph = glyphs.mixture
    }
  }

  // What matters most comes first: what is gone, and what may still be lost.
  private static func mostUrgent(_ counts: PageCounts) -> PageState {
    if counts[.lost] > 0 { return .lost }
    if counts[.written] > 0 { return .written }
    if counts[.flushing] > 0 { return .flushing }
    if counts[.flushed] > 0 { return .flushed }
    return counts[.allocated] > 0 ? .allocated : .free
  }

  /// The kernel's word; `nil` if there is none.
  init(_ cell: KernelCell?, _ glyphs: Glyphs) {
    isFilled = false
    let state = KernelState(cell)
    role = state.role
    guard let cell, cell.pages > 1 else {
      glyph = glyphs.glyph(state)
      return
    }
    if cell.cached > 0, cell.cached < cell.pages {
      glyph = glyphs.bar(cell.cached, of: cell.pages)
    } else if [cell.dirty, cell.writeback].contains(where: { (1..<max(1, cell.cached)).contains($0 ?? 0) }) {
      glyph = glyphs.mixture
    } else {
      glyph = glyphs.glyph(state)
    }
  }
}
