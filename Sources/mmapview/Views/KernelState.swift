import Inspector
import TerminalCanvas

/// What the kernel's layer shows of a cell: where its bytes are.
enum KernelState: Int, CaseIterable {
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
  /// In memory; whether the disk has others nobody tells.
  case cached
  /// Nobody may say.
  case unknown

  /// The state that matters most; `nil` is unknown.
  init(_ cell: KernelCell?) {
    switch cell {
    case nil: self = .unknown
    case let cell? where cell.dirty ?? 0 > 0: self = .dirty
    case let cell? where cell.writeback ?? 0 > 0: self = .writeback
    case let cell? where cell.cached > 0: self = cell.dirty == nil ? .cached : .clean
    case let cell?: self = cell.data > 0 ? .onDisk : .noData
    }
  }
}

extension KernelState {
  /// How it is shown and told: legend, glyphs and manual follow from this, and README's table is compared with it.
  struct Row {
    let name: String
    let glyph: Unicode.Scalar
    let ascii: Unicode.Scalar
    let role: Role
    let meaning: String
  }

  var row: Row {
    switch self {
    case .noData:
      Row(
        name: "no data", glyph: "·", ascii: ".", role: .free,
        meaning: "a hole, or blocks that are only reserved: reads as zeros")
    case .onDisk:
      Row(name: "on disk", glyph: "□", ascii: "-", role: .onDisk, meaning: "on the disk, and not in memory")
    case .clean:
      Row(
        name: "clean", glyph: "○", ascii: "o", role: .clean,
        meaning: "in memory, and equal to what was written to the device")
    case .dirty:
      Row(name: "dirty", glyph: "●", ascii: "d", role: .dirty, meaning: "in memory, and the disk has other bytes")
    case .writeback:
      Row(name: "writeback", glyph: "◐", ascii: "b", role: .writeback, meaning: "on its way to the device")
    case .cached:
      Row(
        name: "cached", glyph: "◌", ascii: "c", role: .unknown,
        meaning: "in memory, and no more is told: the kernel is too old, a sandbox forbids it, "
          + "or the file system stands on another, as overlayfs does")
    case .unknown:
      Row(
        name: "unknown", glyph: "?", ascii: "?", role: .unknown,
        meaning: "nobody tells: the file is somebody else's, the kernel is too old, a sandbox forbids it")
    }
  }

  var role: Role { row.role }
}
