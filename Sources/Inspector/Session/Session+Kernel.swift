import Glibc
import PageCache
import RangedMmap
import SystemPackage

// What the kernel says of the open file.

extension Session {
  /// Whose view of the pages the screen shows: the library's of a file that is written here, else the kernel's.
  package var layer: Layer { chosenLayer ?? (file?.isWritable == false ? .kernel : .library) }

  func kernel(_ asked: ClosedRange<Int>?) throws(CommandError) -> Event {
    let file = try openFile()
    let pages = try pages(asked, of: file)
    // Behind the end nothing is a hole, and nothing is not cached.
    let gone = shortfall(file, pages)
    do throws(UnknownReason) {
      let answer = try pieces(of: file, pages)
      let lines = answer.value.map { piece in
        let state = answer.lacking == nil ? "\(piece.state)" : piece.state.isEmpty ? "not cached" : "cached"
        return "\(named(piece.pages)): \(state); on the disk: \(piece.extent.map(words) ?? "unknown")"
      }
      let unknown = answer.lacking.map { ["dirty and writeback are unknown: \($0)"] } ?? []
      return Event(.output, lines + gone + unknown, isMeasured: true)
    } catch { throw unknown(error) }
  }

  // The pages that are asked about, of those that are mapped and those that the file has by now.
  func pages(_ asked: ClosedRange<Int>?, of file: MmapFile) throws(CommandError) -> Range<Int> {
    let count = max(file.states.count, file.presentPages)
    guard let asked else { return 0..<count }
    guard asked.upperBound < count else {
      throw CommandError("page \(asked.upperBound): the last page is \(count - 1)")
    }
    return asked.lowerBound..<asked.upperBound + 1
  }

  // A line about those of the pages that are behind the file's end by now.
  private func shortfall(_ file: MmapFile, _ pages: Range<Int>) -> [String] {
    let bytes = pages.lowerBound * Alignment.page..<pages.upperBound * Alignment.page
    return file.shortfall(of: bytes).map { ["\(file.path): \($0)"] } ?? []
  }

  // Neighbouring pages of which the kernel says the same, and which lie on the disk in one way.
  struct Piece {
    let pages: Range<Int>
    let state: CachedPage
    let extent: Extent?
  }

  // Of those of the pages that the file has.
  func pieces(of file: MmapFile, _ pages: Range<Int>) throws(UnknownReason) -> KernelAnswer<[Piece]> {
    let size = file.presentSize
    let pages = pages.clamped(to: 0..<Alignment.pages(in: size))
    guard !pages.isEmpty else { return KernelAnswer(value: [], lacking: nil) }
    let bytes = pages.lowerBound * PageCache.pageSize..<min(size, pages.upperBound * PageCache.pageSize)
    let extents = try? PageCache.extents(ofOwn: file.descriptor, bytes: bytes)
    let runs = try KernelAnswer(file.descriptor, each: pages)
    return KernelAnswer(value: divide(runs.value, by: extents), lacking: runs.lacking)
  }

  // Each run in pieces that lie on the disk in one way.
  private func divide(_ runs: [CacheRun], by extents: [Extent]?) -> [Piece] {
    guard let extents else { return runs.map { Piece(pages: $0.pages, state: $0.state, extent: nil) } }
    var pieces: [Piece] = []
    var extent = 0
    for run in runs {
      var page = run.pages.lowerBound
      while page < run.pages.upperBound, extent < extents.count {
        let end = min(run.pages.upperBound, Alignment.pages(in: extents[extent].bytes.upperBound))
        if end > page { pieces.append(Piece(pages: page..<end, state: run.state, extent: extents[extent])) }
        page = max(page, end)
        if page < run.pages.upperBound { extent += 1 }
      }
    }
    return pieces
  }

  func extents() throws(CommandError) -> Event {
    let file = try openFile()
    do throws(UnknownReason) {
      let extents = try PageCache.extents(ofOwn: file.descriptor, bytes: 0..<file.presentSize)
      let more = isPlaceless(extents) ? ["where on the device is unknown: \(UnknownReason.notSupported)"] : []
      let gone = shortfall(file, 0..<file.states.count)
      return Event(.output, extents.map(describe) + gone + more, isMeasured: true)
    } catch { throw unknown(error) }
  }

  // Whether the file system has said of no extent where on the device it is.
  func isPlaceless(_ extents: [Extent]) -> Bool {
    !extents.contains { $0.physical != nil } && extents.contains { $0.kind == .written }
  }

  func users() throws(CommandError) -> Event {
    let file = try openFile()
    do throws(UnknownReason) {
      let found = try PageCache.users(of: file.descriptor)
      var lines = found.users.filter { !$0.isSelf }.map { user in
        ([user.summary] + (user.effects.isEmpty ? [] : [user.effects.joined(separator: "; ")])).joined(separator: ": ")
      }
      if lines.isEmpty { lines = ["nobody else that may be seen has it open"] }
      if found.hiddenProcesses > 0 {
        lines.append("\(counted(found.hiddenProcesses, "process")) may not be looked at")
      }
      return Event(.output, lines, isMeasured: true)
    } catch { throw CommandError("who has this file open is unknown: \(error)") }
  }

  /// What the kernel counts, in words.
  func kernelSummary(_ file: MmapFile) -> String {
    do throws(UnknownReason) {
      let answer = try KernelAnswer<KernelCell>(whole: file.descriptor)
      guard let dirty = answer.value.dirty, let writeback = answer.value.writeback else {
        let reason = answer.lacking.map { ": \($0)" } ?? ""
        return "\(answer.value.cached) cached, dirty and writeback unknown\(reason)"
      }
      return "\(answer.value.cached) cached, \(dirty) dirty, \(writeback) in writeback"
    } catch { return "unknown: \(error)" }
  }

  func checkKernel(
    _ wanted: KernelCount, _ number: KernelNumber, of pages: ClosedRange<Int>?, within time: Duration
  ) throws(CommandError) -> Event {
    let wait = KernelWait(try openFile(), wanted, number, of: pages, within: time)
    guard time > .zero else {
      wait.run()
      return try wait.finish()
    }
    try requireNoJob("expect kernel")
    return try start(Pending(job: wait.job) { _ throws(CommandError) in try wait.finish() }) { wait.run() }
  }

  func checkExtents(_ pages: ClosedRange<Int>, _ kind: Extent.Kind) throws(CommandError) {
    let file = try openFile()
    _ = try self.pages(pages, of: file)
    let end = min(max(file.size, file.presentSize), (pages.upperBound + 1) * PageCache.pageSize)
    if let gone = shortfall(file, pages.lowerBound..<pages.upperBound + 1).first {
      let told = named(pages.lowerBound..<pages.upperBound + 1)
      throw CommandError("expected \(told) to be \(kind) on the disk, but \(gone)")
    }
    let extents: [Extent]
    do throws(UnknownReason) {
      extents = try PageCache.extents(ofOwn: file.descriptor, bytes: pages.lowerBound * PageCache.pageSize..<end)
    } catch { throw unknown(error) }
    guard let other = extents.first(where: { $0.kind != kind }) else { return }
    let page = other.bytes.lowerBound / PageCache.pageSize
    throw CommandError("expected page \(page) to be \(kind) on the disk, found \(other.kind)")
  }

  private func unknown(_ reason: UnknownReason) -> CommandError { CommandError(unknown: reason) }

  private func describe(_ extent: Extent) -> String {
    let place = extent.physical.map { " at 0x\(hex($0, width: 1)) of the device" } ?? ""
    let bytes = "0x\(hex(extent.bytes.lowerBound, width: 1))..0x\(hex(extent.bytes.upperBound, width: 1))"
    return "\(bytes): \(words(extent))\(place)"
  }

  private func words(_ extent: Extent) -> String {
    ([extent.kind.rawValue] + extent.marks).joined(separator: ", ")
  }
}
