import PageCache
import RangedMmap

/// When each page of a file was seen to fault last.
///
/// A page takes 4 bytes, and so do its neighbours within 2 MiB: a thousandth of what was touched.
struct FaultTable {
  // Tenths of a second since the start, counted from 1, above a bit for a major fault; 0 for no fault.
  private var blocks: [Int: [UInt32]] = [:]
  // Tenths of a second since 1970: so a time falls into the second in which it was.
  private let start: Int64
  /// How many pages were seen.
  private(set) var pageCount = 0

  private static let blockSize = Alignment.largePage / Alignment.page
  private static let tenth: Int64 = 100_000_000

  init(from time: Duration) { start = time.inNanoseconds / Self.tenth }

  mutating func add(_ fault: PageFault) {
    let tenths = min(max(0, fault.time.inNanoseconds / Self.tenth - start), 1 << 30)
    let (block, index) = fault.page.quotientAndRemainder(dividingBy: Self.blockSize)
    let entry = UInt32(tenths + 1) << 1 | (fault.isMajor ? 1 : 0)
    let isNew = blocks[block, default: Array(repeating: 0, count: Self.blockSize)].replace(index, with: entry) == 0
    if isNew { pageCount += 1 }
  }

  /// When a page faulted last, and whether it had to come from storage; `nil` if it was not seen to.
  subscript(page: Int) -> (time: WallTime, isMajor: Bool)? {
    let (block, index) = page.quotientAndRemainder(dividingBy: Self.blockSize)
    guard let entry = blocks[block]?[index], entry != 0 else { return nil }
    return (WallTime(sinceEpoch: .nanoseconds((start + Int64(entry >> 1) - 1) * Self.tenth)), entry & 1 == 1)
  }

  /// The pages that were seen, neighbours together.
  var runs: [Range<Int>] {
    blocks.keys.sorted().reduce(into: []) { runs, block in
      for (index, entry) in (blocks[block] ?? []).enumerated() where entry != 0 {
        let page = block * Self.blockSize + index
        runs.join(page..<page + 1)
      }
    }
  }
}

extension [UInt32] {
  fileprivate mutating func replace(_ index: Int, with value: UInt32) -> UInt32 {
    defer { self[index] = value }
    return self[index]
  }
}
