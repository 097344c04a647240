import Inspector
import RangedMmap
import TerminalCanvas

/// How a state of a page is shown and told.
///
/// Grid, legend and manual follow from its row, and README's tables are compared with it. The more ink a glyph has, the
/// nearer to the disk are the bytes.
struct StateRow {
  let name: String
  let glyph: Unicode.Scalar
  let ascii: Unicode.Scalar
  let role: Role
  let meaning: String
}

/// A state that has a row.
protocol ShownState: CaseIterable, RawRepresentable where RawValue: BinaryInteger {
  var row: StateRow { get }
}

extension ShownState {
  var role: Role { row.role }
}

extension PageState: ShownState {
  var row: StateRow {
    switch self {
    case .free:
      StateRow(
        name: "free", glyph: "·", ascii: ".", role: .free,
        meaning: "nobody was given it")
    case .allocated:
      StateRow(
        name: "allocated", glyph: "░", ascii: "a", role: .allocated,
        meaning: "handed out, not written since")
    case .written:
      StateRow(
        name: "written", glyph: "▒", ascii: "w", role: .written,
        meaning: "its bytes are in memory; a crash may take them")
    case .flushing:
      StateRow(
        name: "flushing", glyph: "▓", ascii: "f", role: .flushing,
        meaning: "writeback was started; still no promise")
    case .flushed:
      StateRow(
        name: "flushed", glyph: "█", ascii: "#", role: .flushed,
        meaning: "durable: a sync after the last write succeeded, and the file still covered the page")
    case .lost:
      StateRow(
        name: "lost", glyph: "×", ascii: "!", role: .lost,
        meaning: "its bytes are not in the file, or can't be known to be: a sync failed, or the file was cut short")
    }
  }
}

extension KernelState: ShownState {
  var row: StateRow {
    switch self {
    case .noData:
      StateRow(
        name: "no data", glyph: "·", ascii: ".", role: .free,
        meaning: "a hole, or blocks that are only reserved: reads as zeros")
    case .onDisk:
      StateRow(name: "on disk", glyph: "□", ascii: "-", role: .onDisk, meaning: "on the disk, and not in memory")
    case .clean:
      StateRow(
        name: "clean", glyph: "○", ascii: "o", role: .clean,
        meaning: "in memory, and equal to what was written to the device")
    case .dirty:
      StateRow(name: "dirty", glyph: "●", ascii: "d", role: .dirty, meaning: "in memory, and the disk has other bytes")
    case .writeback:
      StateRow(name: "writeback", glyph: "◐", ascii: "b", role: .writeback, meaning: "on its way to the device")
    case .cached:
      StateRow(
        name: "cached", glyph: "◌", ascii: "c", role: .unknown,
        meaning: "in memory, and no more is told: the kernel is too old, a sandbox forbids it, "
          + "or the file system stands on another, as overlayfs does")
    case .unknown:
      StateRow(
        name: "unknown", glyph: "?", ascii: "?", role: .unknown,
        meaning: "nobody tells: the file is somebody else's, the kernel is too old, a sandbox forbids it")
    }
  }
}
