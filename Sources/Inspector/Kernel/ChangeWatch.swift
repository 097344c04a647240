import Glibc
import PageCache
import RangedMmap
import SystemPackage

/// Finds the pages of a file that others write whose bytes differ from those of the last sample.
///
/// It reads only pages that are in memory, and brings none in; a page that changes on the disk alone is seen when it comes
/// into memory.
struct ChangeWatch {
  private var digests: [Int: UInt64] = [:]
  private var changes: [Int: ContinuousClock.Instant] = [:]
  /// How often a page was seen to have changed.
  private(set) var generation = 0
  // Pages that could change without the file's time of modification: a store to a dirty page leaves it.
  private var unsettled: Set<Int> = []
  private var modified = timespec()
  // How many pages the file had at the last sample, or `nil` before the first: those after them are new.
  private var knownPages: Int?
  private var scratch = [UInt8](repeating: 0, count: 64 * Alignment.page)

  // A fresh mark lasts for three samples at the shortest pause, then a paler one until a person has found it.
  private static let freshTime = Duration.milliseconds(800)
  private static let markTime = Duration.seconds(4)

  /// Compares the pages in view, and returns those that have changed lately.
  ///
  /// `isDoubtful`: each page in memory may have changed with no trace in the file's time or in the states.
  mutating func compare(
    _ file: SampledFile, _ window: Range<Int>, _ states: [CachedPage], isDoubtful: Bool,
    modified time: timespec = timespec(), at now: ContinuousClock.Instant
  ) -> [Int: KernelSample.Mark] {
    let isTouched = time.tv_sec != modified.tv_sec || time.tv_nsec != modified.tv_nsec
    modified = time
    var doubtful: [Int] = []
    var dirty: Set<Int> = []
    for (page, state) in zip(window, states) where state.contains(.cached) {
      let isDirty = isDoubtful || !state.isDisjoint(with: [.dirty, .writeback])
      if isDirty { dirty.insert(page) }
      if isTouched || isDirty || unsettled.contains(page) || digests[page] == nil { doubtful.append(page) }
    }
    unsettled = dirty
    compareDigests(file.descriptor, doubtful, at: now)
    knownPages = Alignment.pages(in: file.size)
    // Pages that were scrolled out of view are forgotten: the cost stays that of the screen.
    if digests.count > 2 * window.count { digests = digests.filter { window.contains($0.key) } }
    changes = changes.filter { now - $0.value < Self.markTime && window.contains($0.key) }
    return changes.mapValues { now - $0 < Self.freshTime ? .fresh : .fading }
  }

  /// The pages that were seen to have changed at a comparison, in order.
  func changed(at time: ContinuousClock.Instant) -> [Int] { changes.filter { $0.value == time }.keys.sorted() }

  private mutating func compareDigests(_ file: FileDescriptor, _ pages: [Int], at now: ContinuousClock.Instant) {
    guard let first = pages.first, let last = pages.last else { return }
    let reader = QuietReader(file, pages: first..<last + 1)
    var next = 0
    while next < pages.count {
      let first = pages[next]
      var count = 1
      while count < scratch.count / Alignment.page, next + count < pages.count, pages[next + count] == first + count {
        count += 1
      }
      next += count
      // SAFETY: as many bytes are read as the buffer has; digests are taken of what was read.
      unsafe scratch.withUnsafeMutableBytes { buffer in
        let wanted = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count * Alignment.page)])
        let length = unsafe reader.read(into: wanted, from: first)
        for page in 0..<Alignment.pages(in: length) {
          let bytes = page * Alignment.page..<min(length, (page + 1) * Alignment.page)
          let digest = unsafe Self.digest(UnsafeRawBufferPointer(rebasing: wanted[bytes]))
          let isNew = knownPages.map { first + page >= $0 } ?? false
          if digests[first + page].map({ $0 != digest }) ?? isNew {
            changes[first + page] = now
            generation += 1
          }
          digests[first + page] = digest
        }
      }
    }
  }

  /// The digest of a page that is in memory; `nil` behind the file's end.
  static func digest(ofPage page: Int, _ file: FileDescriptor) -> UInt64? {
    let reader = QuietReader(file, pages: page..<page + 1)
    var bytes = [UInt8](repeating: 0, count: Alignment.page)
    // SAFETY: as many bytes are read as the buffer has; the digest is taken of what was read.
    return unsafe bytes.withUnsafeMutableBytes { buffer in
      let length = unsafe reader.read(into: buffer, from: page)
      return length == 0 ? nil : unsafe digest(UnsafeRawBufferPointer(rebasing: buffer[..<length]))
    }
  }

  /// The digests of pages that are in memory, in order; fewer where the file ends.
  static func digests(ofPages pages: Range<Int>, _ file: FileDescriptor) -> [UInt64] {
    let reader = QuietReader(file, pages: pages)
    var scratch = [UInt8](repeating: 0, count: min(pages.count, 64) * Alignment.page)
    var digests: [UInt64] = []
    digests.reserveCapacity(pages.count)
    while digests.count < pages.count {
      let first = pages.lowerBound + digests.count
      // SAFETY: as many bytes are read as the buffer has at most; digests are taken of what was read.
      let length = unsafe scratch.withUnsafeMutableBytes { buffer in
        let wanted = min(buffer.count, (pages.upperBound - first) * Alignment.page)
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
        let length = unsafe reader.read(into: part, from: first)
        for page in 0..<Alignment.pages(in: length) {
          let bytes = page * Alignment.page..<min(length, (page + 1) * Alignment.page)
          digests.append(unsafe digest(UnsafeRawBufferPointer(rebasing: part[bytes])))
        }
        return length
      }
      if length < Alignment.page || length % Alignment.page != 0 { break }
    }
    return digests
  }

  /// The bytes of pages that are in memory; fewer where the file ends.
  static func bytes(ofPages pages: Range<Int>, _ file: FileDescriptor) -> [UInt8] {
    let reader = QuietReader(file, pages: pages)
    // SAFETY: `count` counts what was filled in.
    return unsafe [UInt8](unsafeUninitializedCapacity: pages.count * Alignment.page) { buffer, count in
      count = unsafe reader.read(into: UnsafeMutableRawBufferPointer(buffer), from: pages.lowerBound)
    }
  }

  /// The digest of so many zeros.
  static func digest(zeros count: Int) -> UInt64 {
    let zeros = [UInt8](repeating: 0, count: count)
    // SAFETY: the bytes are there for the length of the call.
    return unsafe zeros.withUnsafeBytes { unsafe digest($0) }
  }

  /// A number that changes whenever one word of the page does: each step is invertible, and loses nothing.
  static func digest(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let factor: UInt64 = 0x9e37_79b9_7f4a_7c15
    var (a, b) = (UInt64(bytes.count), ~UInt64(bytes.count))
    var offset = 0
    // Two lanes: neither multiplication waits for the other.
    while offset + 16 <= bytes.count {
      // SAFETY: 16 bytes are left.
      a = unsafe (a ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* factor
      b = unsafe (b ^ bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)) &* factor
      offset += 16
    }
    while offset < bytes.count {
      a = unsafe (a ^ UInt64(bytes[offset])) &* factor
      offset += 1
    }
    return a ^ (b << 31 | b >> 33)
  }
}

/// Reads pages that are in memory without a trace, or by read(2) where there is no such way.
private struct QuietReader: ~Copyable {
  private let file: FileDescriptor
  private let window: QuietWindow?

  init(_ file: FileDescriptor, pages: Range<Int>) {
    self.file = file
    window = QuietWindow(of: file, bytes: Alignment.bytes(of: pages))
  }

  /// How many bytes there were from a page on.
  func read(into buffer: UnsafeMutableRawBufferPointer, from page: Int) -> Int {
    let offset = page * Alignment.page
    switch window {
    case let window?: return (try? unsafe window.copy(from: offset, into: buffer)) ?? 0
    case nil: return (try? unsafe file.readAll(into: buffer, from: offset)) ?? 0
    }
  }
}
