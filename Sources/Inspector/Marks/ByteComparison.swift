import PageCache
import RangedMmap

/// Which pages' bytes differ from those at a mark, as far as that is known without reading from the disk.
struct ByteComparison {
  enum Reason: String, CaseIterable {
    case absentThen = "not in memory at the mark"
    case absentNow = "not in memory now"
    case unknown = "not known whether in memory"
    case tooMany = "more is in memory than is compared at once"
  }

  private(set) var differing: [Range<Int>] = []
  private(set) var omitted: [(pages: Range<Int>, reason: Reason)] = []
  private(set) var compared = 0
  private var left: Int
  private let file: SampledFile

  init(_ file: SampledFile, from mark: FileState, _ digests: ByteDigests, to now: FileState, atMost limit: Int) {
    self.file = file
    left = limit
    var (place, run) = (0, 0)
    var page = 0
    let end = min(mark.pages.upperBound, now.pages.upperBound)
    // Both lists of places cover all pages.
    var old = mark.places[...]
    while page < end, place < now.places.count, let then = old.first {
      let segment = page..<min(end, now.places[place].pages.upperBound, then.pages.upperBound)
      if !segment.isEmpty {
        while run < digests.runs.count, digests.runs[run].pages.upperBound <= segment.lowerBound { run += 1 }
        let known = run < digests.runs.count ? digests.runs[run] : nil
        compare(segment, then.bytes, known, mark.size, now.places[place].bytes, now.size)
        page = segment.upperBound
      }
      if now.places[place].pages.upperBound <= page { place += 1 }
      if then.pages.upperBound <= page { old.removeFirst() }
    }
  }

  private mutating func compare(
    _ pages: Range<Int>, _ then: FileState.Bytes, _ run: ByteDigests.Run?, _ oldSize: Int, _ now: FileState.Bytes,
    _ size: Int
  ) {
    switch (then, now) {
    case (.zeros, .zeros): compared += pages.count
    case (.unknown, _), (_, .unknown): omit(pages, .unknown)
    case (.onDisk, _): omit(pages, .absentThen)
    case (_, .onDisk): omit(pages, .absentNow)
    case (.inMemory, _):
      // What has no digest came after those that were taken, or was gone when they were.
      let known = pages.clamped(to: run?.pages ?? 0..<0)
      guard let run, !known.isEmpty else { return omit(pages, .tooMany) }
      compare(known, with: { run.digests[$0 - run.first] }, now, size)
      if known.upperBound < pages.upperBound { omit(known.upperBound..<pages.upperBound, .tooMany) }
    case (.zeros, _): compare(pages, with: { Self.zeros($0, size) }, now, size)
    }
  }

  private mutating func compare(
    _ pages: Range<Int>, with before: (Int) -> UInt64, _ now: FileState.Bytes, _ size: Int
  ) {
    guard now == .inMemory else {
      for page in pages { note(page, before(page), Self.zeros(page, size)) }
      return
    }
    let read = pages.prefix(left)
    left -= read.count
    let digests = ChangeWatch.digests(ofPages: read, file.descriptor)
    for (page, digest) in zip(read, digests) { note(page, before(page), digest) }
    if digests.count < read.count { omit(read.lowerBound + digests.count..<read.upperBound, .absentNow) }
    if read.count < pages.count { omit(read.upperBound..<pages.upperBound, .tooMany) }
  }

  private mutating func note(_ page: Int, _ before: UInt64, _ now: UInt64) {
    compared += 1
    if before != now { differing.join(page..<page + 1) }
  }

  private mutating func omit(_ pages: Range<Int>, _ reason: Reason) {
    if let last = omitted.last, last.reason == reason, last.pages.upperBound == pages.lowerBound {
      omitted[omitted.count - 1].pages = last.pages.lowerBound..<pages.upperBound
    } else {
      omitted.append((pages, reason))
    }
  }

  // The digest of a page of zeros; the last page of a file may be shorter.
  private static func zeros(_ page: Int, _ size: Int) -> UInt64 {
    let count = min(Alignment.page, size - page * Alignment.page)
    return count == Alignment.page ? pageOfZeros : ChangeWatch.digest(zeros: count)
  }

  private static let pageOfZeros = ChangeWatch.digest(zeros: Alignment.page)
}
