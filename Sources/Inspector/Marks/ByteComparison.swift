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

  /// How many bytes of some pages differ, and where the first of them is.
  struct Bytes {
    var count = 0
    var first = 0
  }

  private(set) var differing: [Range<Int>] = []
  /// The same of each of these runs; `nil` where the old bytes are not kept.
  private(set) var differingBytes: [Bytes?] = []
  // Pages that were holes, and those that are.
  private var (wereZeros, areZeros) = ([Range<Int>](), [Range<Int>]())
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
    differingBytes = differing.map { bytes(of: $0, digests.copies) }
  }

  private func bytes(of pages: Range<Int>, _ copies: [ByteDigests.Copy]) -> Bytes? {
    guard pages.count <= ByteDigests.mostCopied else { return nil }
    var found = Bytes()
    for page in pages {
      guard let then = Self.page(page, wereZeros) ?? copies.lazy.compactMap({ $0[page] }).first else { return nil }
      let now = Self.page(page, areZeros) ?? ChangeWatch.bytes(ofPages: page..<page + 1, file.descriptor)[...]
      for (index, (one, other)) in zip(then, now).enumerated() where one != other {
        if found.count == 0 { found.first = page * Alignment.page + index }
        found.count += 1
      }
    }
    // They may be as they were by now, or only the file's end has moved.
    return found.count > 0 ? found : nil
  }

  private static let zeros = [UInt8](repeating: 0, count: Alignment.page)

  private static func page(_ page: Int, _ holes: [Range<Int>]) -> ArraySlice<UInt8>? {
    let next = firstIndex(below: holes.count) { holes[$0].lowerBound > page }
    return next > 0 && holes[next - 1].contains(page) ? zeros[...] : nil
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
    case (.zeros, _):
      wereZeros.join(pages)
      compare(pages, with: { Self.zeros($0, size) }, now, size)
    }
  }

  private mutating func compare(
    _ pages: Range<Int>, with before: (Int) -> UInt64, _ now: FileState.Bytes, _ size: Int
  ) {
    guard now == .inMemory else {
      areZeros.join(pages)
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
