import Glibc
import RangedMmap

/// A walk through the file in one direction, from the cursor on, around the end and back to it.
///
/// It goes by bytes or by pages of a state; what is at the cursor itself is found last.
final class Search: Sendable {
  struct Outcome: Sendable {
    var place: Int?
    /// Which part of the file could not be searched, because it is gone.
    var shortfall: String?
  }

  let job: Job
  private let file: MmapFile
  // Its descriptor stays open meanwhile, and is quiet even if the file is written here.
  private let sampled: SampledFile?
  private let target: Target
  private let start: Int
  private let isBackward: Bool
  private let changed: [Range<Int>]

  init(
    _ file: MmapFile, _ sampled: SampledFile?, _ target: Target, from offset: Int, isBackward: Bool,
    changed: [Range<Int>]
  ) {
    job = Job("find \(target)", pages: file.states.count)
    (self.file, self.sampled, self.target, self.changed) = (file, sampled, target, changed)
    (start, self.isBackward) = (offset, isBackward)
  }

  func run() throws(CommandError) -> Outcome {
    var outcome = Outcome()
    switch target {
    case .state(let state):
      for pages in parts(from: start / Alignment.page, of: file.states.count) where outcome.place == nil {
        outcome.place = try page(in: state, pages)
      }
    case .kernel(let wanted):
      // Behind the end that the file has now nothing is cached.
      let count = min(file.states.count, file.presentPages)
      let start = min(start / Alignment.page, count)
      for pages in parts(from: start, of: count) where outcome.place == nil {
        outcome.place = try page(wanted, pages).map { $0 * Alignment.page }
      }
    case .bytes(let bytes): try search(bytes, &outcome)
    case .text(let text): try search(Array(text.utf8), &outcome)
    }
    return outcome
  }

  private func parts(from start: Int, of count: Int) -> [Range<Int>] {
    let next = min(start + 1, count)
    let parts = isBackward ? [0..<start, start..<count] : [next..<count, 0..<next]
    return parts.filter { !$0.isEmpty }
  }

  private func inOrder<Element>(_ elements: [Element]) -> [Element] { isBackward ? elements.reversed() : elements }

  private func advance(_ pages: Int) throws(CommandError) {
    job.advance(by: pages)
    if job.wasStopped { throw CommandError("\(job.name): stopped after \(job.done) of \(counted(job.total, "page"))") }
  }

  // In pieces of a GiB, between which it can be stopped: 262144 pages that are all cached are counted in 7 ms.
  private func page(_ wanted: KernelTarget, _ pages: Range<Int>) throws(CommandError) -> Int? {
    let search = KernelSearch(file: file.descriptor, target: wanted, changed: changed, isBackward: isBackward)
    let size = 1 << 18
    for start in inOrder(Array(stride(from: pages.lowerBound, to: pages.upperBound, by: size))) {
      let piece = start..<min(pages.upperBound, start + size)
      if let page = try search.page(in: piece) { return page }
      try advance(piece.count)
    }
    return nil
  }

  // In groups of a chunk of the census; those without the state are skipped.
  private func page(in state: PageState, _ pages: Range<Int>) throws(CommandError) -> Int? {
    var groups = PageGroups(of: file.states, pages: pages, each: PageStates.chunk)
    groups.update()
    for group in inOrder(Array(0..<groups.count)) {
      let pages = groups.pages(of: group)
      if groups[group][state] > 0, let found = inOrder(Array(pages)).first(where: { file.states[$0] == state }) {
        return found * Alignment.page
      }
      try advance(pages.count)
    }
    return nil
  }

  private func search(_ bytes: [UInt8], _ outcome: inout Outcome) throws(CommandError) {
    for range in parts(from: start, of: file.size) where outcome.place == nil {
      try search(bytes, beginning: range, &outcome)
    }
    // What is behind the present end has no extents, and was skipped; a piece that was read reports only its own part.
    outcome.shortfall = file.shortfall(of: 0..<file.size) ?? outcome.shortfall
  }

  private func search(_ bytes: [UInt8], beginning range: Range<Int>, _ outcome: inout Outcome) throws(CommandError) {
    let reach = range.lowerBound..<min(file.size, range.upperBound + bytes.count - 1)
    let contents = try FileContents(of: sampled?.descriptor ?? file.descriptor, reach, stopping: job)
    // Where nothing is stored there are zeros, which match only a target of zeros.
    let data = bytes.allSatisfy { $0 == 0 } ? [reach] : contents.data
    for part in inOrder(data) where outcome.place == nil {
      // A match may begin before a piece of data and end in it, or the other way round.
      let margin = bytes.count - 1
      let part = (part.lowerBound - margin..<part.upperBound + margin).clamped(to: reach)
      try search(bytes, in: part, of: contents, beginning: range, &outcome)
    }
  }

  private func search(
    _ bytes: [UInt8], in part: Range<Int>, of contents: FileContents, beginning range: Range<Int>,
    _ outcome: inout Outcome
  ) throws(CommandError) {
    // A read brings in no more than itself: by this size a GiB takes 1.9 s here, by a MiB 3 s.
    let size = 8 << 20
    for start in inOrder(Array(stride(from: part.lowerBound, to: part.upperBound, by: size))) {
      let piece = start..<min(part.upperBound, start + size + bytes.count - 1)
      let found: FoundBytes
      do throws(Errno) { found = file.found(try contents.bytes(in: piece), of: piece) } catch {
        throw CommandError("\(file.path): can't read the file: \(error)")
      }
      outcome.shortfall = outcome.shortfall ?? found.shortfall
      if let match = Self.match(bytes, in: found.bytes, isLast: isBackward), range.contains(start + match) {
        outcome.place = start + match
        return
      }
      try advance(Alignment.pages(in: min(size, piece.count)))
    }
  }

  private static func match(_ wanted: [UInt8], in bytes: [UInt8], isLast: Bool) -> Int? {
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
          if !isLast { return }
        }
      }
    }
    return last
  }
}
