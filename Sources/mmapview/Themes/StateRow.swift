import Inspector
import RangedMmap
import TerminalCanvas

/// How a state of a page is shown and explained.
///
/// Grid, legend and manual follow from its row, and README's tables are compared with it. The more ink a glyph has, the
/// nearer to the disk are the bytes.
struct StateRow {
  let name: String
  let glyph: Unicode.Scalar
  let ascii: Unicode.Scalar
  let role: Role
  let meaning: String

  init(_ name: String, _ glyph: Unicode.Scalar, _ ascii: Unicode.Scalar, _ role: Role, _ meaning: String) {
    (self.name, self.glyph, self.ascii, self.role, self.meaning) = (name, glyph, ascii, role, meaning)
  }
}

protocol ShownState { var row: StateRow { get } }

extension PageState: ShownState {
  var row: StateRow {
    switch self {
    case .free: StateRow("free", "·", ".", .free, "not allocated to any range; it may hold bytes from before")
    case .allocated: StateRow("allocated", "░", "a", .allocated, "handed out, not written since")
    case .written: StateRow("written", "▒", "w", .written, "its bytes are in memory; a crash may take them")
    case .flushing: StateRow("flushing", "▓", "f", .flushing, "writeback was started; still no promise")
    case .flushed:
      StateRow(
        "durable", "█", "#", .flushed,
        "a sync after the last write succeeded, and the file still covered the page; the library calls it `flushed`")
    case .lost:
      StateRow(
        "lost", "×", "!", .lost,
        "its bytes are not in the file, or can't be known to be: a sync failed, or the file was cut short")
    }
  }
}

extension KernelState: ShownState {
  var row: StateRow {
    switch self {
    case .noData:
      StateRow("no data", "·", ".", .free, "a hole, or blocks that are only reserved: reads as zeros")
    case .onDisk: StateRow("on disk", "□", "-", .onDisk, "on the disk, and not in memory")
    case .clean: StateRow("clean", "○", "o", .clean, "in memory, and equal to what was written to the device")
    case .dirty: StateRow("dirty", "●", "d", .dirty, "in memory, and the disk has other bytes")
    case .writeback: StateRow("writeback", "◐", "b", .writeback, "on its way to the device")
    case .cached:
      StateRow(
        "cached", "◌", "c", .unknown,
        "in memory, and no more is known: the kernel is too old, a sandbox forbids it, "
          + "or the file system stands on another, as overlayfs does")
    case .unknown:
      StateRow(
        "unknown", "?", "?", .unknown,
        "the kernel does not say: the file belongs to another user, the kernel is too old, a sandbox forbids it")
    }
  }
}

extension StateRow {
  /// What is drawn in the place of either for some seconds.
  static let faulted = StateRow(
    "faulted", "◆", "*", .faulted,
    "the process that `faults PID` watches has just touched it for the first time: for four seconds, in any layer")
}

/// What is marked in the cell of a page, in both layers.
enum PageMark: CaseIterable, ShownState {
  /// In one column it takes the place of the state's glyph, and has its colour.
  case stored

  var row: StateRow {
    switch self {
    case .stored:
      StateRow(
        "stored", "▼", "+", .text,
        "a mark over the state: stored to since its last sync; looked for with `set exact on`")
    }
  }
}

/// Words of the two layers that are easily taken for each other.
enum WordPairs {
  static let sentences = [
    "Written is the library's word and dirty the kernel's: a write here makes a page both, writeback makes it clean for "
      + "the kernel, and only a sync makes it durable for the library.",
    "Cached and clean are both the kernel's: cached is every page in memory, clean is one that is neither dirty nor in "
      + "writeback.",
    "Free is the allocator's word: in a file that only others write, no page is free, and all are not ours.",
  ]
}
