import Glibc
import PageCache
import RangedMmap
import SystemPackage

// What the kernel says of the open file.

extension Session {
  /// Whose view of the pages the screen shows: the library's of a file that is written here, else the kernel's.
  public var layer: Layer { chosenLayer ?? (file?.isWritable == false ? .kernel : .library) }

  func kernel(_ pages: ClosedRange<Int>) throws(CommandError) -> Event {
    let file = try openFile()
    guard pages.upperBound < file.states.count else {
      throw CommandError("page \(pages.upperBound): the last page is \(file.states.count - 1)")
    }
    let wanted = pages.lowerBound..<pages.upperBound + 1
    let extents = try? PageCache.extents(
      of: file.descriptor,
      bytes: wanted.lowerBound * PageCache.pageSize..<min(file.size, wanted.upperBound * PageCache.pageSize))
    do throws(UnknownReason) {
      let runs = try PageCache.runs(of: file.descriptor, pages: wanted).map { ($0.pages, "\($0.state)") }
      return Event(.output, lines(runs, extents))
    } catch {
      guard let runs = try? PageCache.residency(of: file.descriptor, pages: wanted) else { throw unknown(error) }
      let told = runs.map { ($0.pages, $0.state.isEmpty ? "not cached" : "cached") }
      return Event(.output, lines(told, extents) + ["dirty and writeback are unknown: \(error)"])
    }
  }

  // Each run in pieces that lie on the disk in one way.
  private func lines(_ runs: [(pages: Range<Int>, text: String)], _ extents: [Extent]?) -> [String] {
    guard let extents else { return runs.map { "\(name($0.pages)): \($0.text); on the disk: unknown" } }
    var lines: [String] = []
    var extent = 0
    for run in runs {
      var page = run.pages.lowerBound
      while page < run.pages.upperBound, extent < extents.count {
        let end = min(run.pages.upperBound, Alignment.pages(in: extents[extent].bytes.upperBound))
        if end > page { lines.append("\(name(page..<end)): \(run.text); on the disk: \(extents[extent].kind)") }
        page = max(page, end)
        if page < run.pages.upperBound { extent += 1 }
      }
    }
    return lines
  }

  func extents() throws(CommandError) -> Event {
    let file = try openFile()
    do throws(UnknownReason) {
      let extents = try PageCache.extents(of: file.descriptor, bytes: 0..<file.size)
      return Event(.output, extents.map(describe))
    } catch { throw unknown(error) }
  }

  func users() throws(CommandError) -> Event {
    let file = try openFile()
    do throws(UnknownReason) {
      let found = try PageCache.users(of: file.descriptor)
      var lines = found.users.filter { !$0.isSelf }.map(\.summary)
      if lines.isEmpty { lines = ["nobody else that may be seen has it open"] }
      if found.hiddenProcesses > 0 {
        lines.append("\(count(found.hiddenProcesses, "process")) may not be looked at")
      }
      return Event(.output, lines)
    } catch { throw unknown(error) }
  }

  /// What the kernel counts, in words.
  func kernelSummary(_ file: MmapFile) -> String {
    do throws(UnknownReason) {
      let counts = try PageCache.counts(of: file.descriptor, bytes: 0..<file.size)
      return "\(counts.cached) cached, \(counts.dirty) dirty, \(counts.writeback) in writeback"
    } catch { return "unknown: \(error)" }
  }

  func checkKernel(_ wanted: KernelCount, _ number: KernelNumber, within time: Duration) throws(CommandError) -> Event {
    let wait = KernelWait(try openFile(), wanted, number, within: time)
    guard time > .zero else {
      wait.run()
      return try wait.finish()
    }
    try requireNoJob("expect kernel")
    return try start(Pending(job: wait.job) { _ throws(CommandError) in try wait.finish() }) { wait.run() }
  }

  private func unknown(_ reason: UnknownReason) -> CommandError { CommandError(unknown: reason) }

  private func name(_ pages: Range<Int>) -> String {
    pages.count == 1 ? "page \(pages.lowerBound)" : "pages \(pages.lowerBound)-\(pages.upperBound - 1)"
  }

  private func describe(_ extent: Extent) -> String {
    let place = extent.physical.map { " at 0x\(hex($0, width: 1)) of the device" } ?? ""
    let bytes = "0x\(hex(extent.bytes.lowerBound, width: 1))..0x\(hex(extent.bytes.upperBound, width: 1))"
    return "\(bytes): \(extent.kind.rawValue)\(extent.isShared ? ", shared" : "")\(place)"
  }
}
