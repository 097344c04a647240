import Glibc
import PageCache
import RangedMmap
import Synchronization
import SystemPackage

// Looking for bytes and for states, from the cursor on and around the end.

extension Session {
  func find(_ target: Target, isBackward: Bool) throws(CommandError) -> Event {
    let file = try openFile()
    try requireNoJob("find")
    lastTarget = target
    let search = Search(file, target, from: cursor, isBackward: isBackward)
    let pending = Pending(job: search.job) { session throws(CommandError) in
      if let failure = search.failure { throw failure }
      guard let offset = search.found else { throw CommandError("find \(target): there is none in the file") }
      _ = try session.goto(byte: offset)
      let place = "0x\(hex(offset, width: 1))"
      return .done("found \(target) at \(place), page \(offset / Alignment.page)")
    }
    return try start(pending) { search.run() }
  }

  func findAgain(_ isBackward: Bool) throws(CommandError) -> Event {
    guard let lastTarget else { throw CommandError("find: nothing was looked for yet; `find text \"abc\"` looks") }
    return try find(lastTarget, isBackward: isBackward)
  }
}

/// A walk through the file in one direction, from the page after the cursor around to the cursor's own.
private final class Search: Sendable {
  let job: Job
  private let file: MmapFile
  private let target: Target
  private let start: Int
  private let isBackward: Bool
  private let outcome = Mutex<Result<Int?, CommandError>>(.success(nil))

  init(_ file: MmapFile, _ target: Target, from cursor: Int, isBackward: Bool) {
    job = Job("find \(target)", pages: file.states.count)
    self.file = file
    self.target = target
    start = cursor
    self.isBackward = isBackward
  }

  /// The offset of what was found.
  var found: Int? { outcome.withLock { (try? $0.get()) ?? nil } }
  var failure: CommandError? {
    outcome.withLock { outcome in
      if case .failure(let error) = outcome { return error }
      return nil
    }
  }

  func run() {
    let result: Result<Int?, CommandError>
    do throws(CommandError) { result = .success(try look()) } catch { result = .failure(error) }
    outcome.withLock { $0 = result }
    job.end()
  }

  private func look() throws(CommandError) -> Int? {
    let count = file.states.count
    let parts = isBackward ? [0..<start, start..<count] : [start + 1..<count, 0..<start + 1]
    for pages in parts where !pages.isEmpty {
      let found =
        switch target {
        case .state(let state): try page(in: state, pages)
        case .bytes(let bytes): try offset(of: bytes, pages)
        case .text(let text): try offset(of: Array(text.utf8), pages)
        }
      if let found { return found }
    }
    return nil
  }

  private func advance(_ pages: Int) throws(CommandError) {
    job.advance(by: pages)
    if job.wasStopped { throw CommandError("\(job.name): stopped after \(job.done) of \(count(job.total, "page"))") }
  }

  // Pieces of a chunk of the census, of which those without the state are passed over.
  private func page(in state: PageState, _ pages: Range<Int>) throws(CommandError) -> Int? {
    var groups = PageGroups(of: file.states, pages: pages, each: 4096)
    groups.update()
    let indices = isBackward ? Array((0..<groups.count).reversed()) : Array(0..<groups.count)
    for group in indices {
      let pages = groups.pages(of: group)
      if groups[group][state] > 0 {
        let found =
          isBackward
          ? pages.last { file.states[$0] == state } : pages.first { file.states[$0] == state }
        if let found { return found * Alignment.page }
      }
      try advance(pages.count)
    }
    return nil
  }

  // Holes are passed over: nothing but zeros is in them, and to read them would fill the page cache.
  private func offset(of bytes: [UInt8], _ pages: Range<Int>) throws(CommandError) -> Int? {
    let range = pages.lowerBound * Alignment.page..<min(file.size, pages.upperBound * Alignment.page)
    let isZero = bytes.allSatisfy { $0 == 0 }
    let extents = isZero ? nil : try? PageCache.extents(of: file.descriptor, bytes: range)
    let data = extents.map { $0.filter { $0.kind.holdsData || isCached($0.bytes) }.map(\.bytes) } ?? [range]
    for part in isBackward ? data.reversed() : data {
      // A match may begin before a piece of data and end in it, or the other way round.
      let part =
        max(range.lowerBound, part.lowerBound - bytes.count + 1)..<min(file.size, part.upperBound + bytes.count - 1)
      if let found = try offset(of: bytes, in: part, starting: range) { return found }
    }
    return nil
  }

  // What was stored into reserved blocks is in memory, and not on the disk yet.
  private func isCached(_ bytes: Range<Int>) -> Bool {
    (try? PageCache.counts(of: file.descriptor, bytes: bytes).cached > 0) ?? true
  }

  private func offset(of bytes: [UInt8], in part: Range<Int>, starting range: Range<Int>) throws(CommandError) -> Int? {
    let size = 1 << 20
    let starts = Array(stride(from: part.lowerBound, to: part.upperBound, by: size))
    for start in isBackward ? starts.reversed() : starts {
      let piece = start..<min(part.upperBound, start + size + bytes.count - 1)
      let found: [UInt8]
      do throws(MmapFileError) { found = try file.peek(piece) } catch { throw CommandError(error) }
      let matches = Self.matches(bytes, in: found, onlyLast: isBackward)
      if let match = matches, range.contains(start + match) { return start + match }
      try advance(Alignment.pages(in: min(size, piece.count)))
    }
    return nil
  }

  private static func matches(_ wanted: [UInt8], in bytes: [UInt8], onlyLast: Bool) -> Int? {
    guard let head = wanted.first, bytes.count >= wanted.count else { return nil }
    var last: Int?
    // SAFETY: the buffers are the arrays' own; what is searched and compared ends within them.
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe wanted.withUnsafeBytes { wanted in
        guard let base = bytes.baseAddress, let needle = wanted.baseAddress else { return }
        var from = 0
        let end = bytes.count - wanted.count + 1
        while from < end, let match = unsafe memchr(base + from, Int32(head), end - from) {
          let offset = unsafe UnsafeRawPointer(match) - base
          from = offset + 1
          guard unsafe memcmp(base + offset, needle, wanted.count) == 0 else { continue }
          last = offset
          if !onlyLast { return }
        }
      }
    }
    return last
  }
}
