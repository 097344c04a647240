import PageCache
import RangedMmap

/// Digests of the pages that were in memory at a mark.
struct ByteDigests: Sendable {
  /// Pages from `first` on, in order of their numbers.
  struct Run: Sendable {
    let first: Int
    let digests: [UInt64]

    var pages: Range<Int> { first..<first + digests.count }
  }

  /// The bytes of pages from `first` on.
  struct Copy: Sendable {
    let first: Int
    let bytes: [UInt8]

    subscript(page: Int) -> ArraySlice<UInt8>? {
      let start = (page - first) * Alignment.page
      return bytes.indices.contains(start) ? bytes[start..<min(bytes.count, start + Alignment.page)] : nil
    }
  }

  private(set) var runs: [Run] = []
  /// The bytes of the first of them, to say which have changed.
  private(set) var copies: [Copy] = []
  /// How many pages were in memory and have no digest, for they were too many.
  private(set) var omitted = 0

  var count: Int { runs.reduce(0) { $0 + $1.digests.count } }

  /// The most pages whose bytes are read for one answer.
  ///
  /// 512 MiB take 160 ms, and 0.2 s is the longest that a person should wait for an answer; see `PageCache.mostScanned`.
  static let mostPages = 1 << 17

  /// The most pages whose bytes are kept: 8 MiB, more than a person compares byte by byte.
  static let mostCopied = 1 << 11

  /// Takes those of all pages that are in memory, up to a limit.
  init(of file: SampledFile, _ state: FileState, atMost limit: Int = Self.mostPages) {
    var (left, room) = (limit, Self.mostCopied)
    for place in state.places where place.bytes == .inMemory {
      let pages = place.pages.prefix(left)
      omitted += place.pages.count - pages.count
      guard !pages.isEmpty else { continue }
      left -= pages.count
      let digests = ChangeWatch.digests(ofPages: pages, file.descriptor)
      if !digests.isEmpty { runs.append(Run(first: pages.lowerBound, digests: digests)) }
      let copied = pages.prefix(room)
      room -= copied.count
      if !copied.isEmpty {
        copies.append(Copy(first: copied.lowerBound, bytes: ChangeWatch.bytes(ofPages: copied, file.descriptor)))
      }
    }
  }

  mutating func forgetCopies() { copies = [] }
}
