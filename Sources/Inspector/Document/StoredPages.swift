import RangedMmap

/// The watch of the pages that this process stores to in a file, as long as it lives.
final class StoredPages: Sendable {
  private let watch: StoreWatch
  private let size: Int
  /// Whether pages that were not synced may have been stored to before it began.
  let beganLate: Bool

  /// The time that it takes follows the file's size, holes included: 6.5 µs a MiB.
  init(of file: MmapFile) throws(CommandError) {
    size = file.size
    try Self.requireMemory(for: file)
    let counts = file.states.counts()
    beganLate = counts.total > counts[.free] + counts[.allocated] + counts[.flushed]
    do throws(MmapFileError) { watch = try file.watchStores() } catch { throw CommandError(error) }
  }

  /// Those of some pages that were stored to since their last sync, in ascending runs; `nil` where it can't be known.
  func among(_ pages: Range<Int>) -> [Range<Int>]? {
    let bytes = Alignment.bytes(of: pages).clamped(to: 0..<size)
    return bytes.isEmpty ? [] : try? watch.storedPages(in: bytes)
  }

  /// Whether some of these pages were written by a system call: less may be written back than is dirty.
  func haveWrites(_ pages: Range<Int>) -> Bool {
    watch.hasWrites(in: Alignment.bytes(of: pages).clamped(to: 0..<size))
  }

  // The kernel fills the page table of the whole mapping, and would end programs to have room for it. Up to 16 GiB of file
  // that is 32 MiB.
  private static let smallSize = 16 << 30

  private static func requireMemory(for file: MmapFile) throws(CommandError) {
    let table = Alignment.pages(in: file.size) * 8
    guard file.size > smallSize, let available = availableMemory, table > available / 4 else { return }
    throw CommandError(
      "\(file.path): to watch \(bytes(file.size)) takes a page table of \(bytes(table)), and of memory only "
        + "\(bytes(available)) are available; end other programs, or open a smaller file")
  }

  private static var availableMemory: Int? {
    // It is the third line of some fifty.
    let lines = kernelText("/proc/meminfo", atMost: 1 << 10)?.split(separator: "\n")
    let line = lines?.first { $0.hasPrefix("MemAvailable:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
  }
}
