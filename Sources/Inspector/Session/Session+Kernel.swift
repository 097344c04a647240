import PageCache
import RangedMmap
import SystemPackage

// What the kernel says of the open file.

extension Session {
  func kernel(_ pages: ClosedRange<Int>) throws(CommandError) -> Event {
    let file = try openFile()
    guard pages.upperBound < file.states.count else {
      throw CommandError("page \(pages.upperBound): the last page is \(file.states.count - 1)")
    }
    do throws(UnknownReason) {
      let runs = try PageCache.runs(of: file.descriptor, pages: pages.lowerBound..<pages.upperBound + 1)
      return Event(.output, runs.map { "\(name($0.pages)): \($0.state)" })
    } catch { throw unknown(error) }
  }

  func extents() throws(CommandError) -> Event {
    let file = try openFile()
    do throws(UnknownReason) {
      let extents = try PageCache.extents(of: file.descriptor, bytes: 0..<file.size)
      return Event(.output, extents.map(describe))
    } catch { throw unknown(error) }
  }

  func checkKernel(_ wanted: KernelCount, _ number: Int) throws(CommandError) {
    let found = try kernelCounts()[keyPath: wanted.counts]
    guard found == number else {
      throw CommandError("expected the kernel to count \(count(number, "page")) \(wanted.rawValue), found \(found)")
    }
  }

  private func kernelCounts() throws(CommandError) -> CacheCounts {
    let file = try openFile()
    do throws(UnknownReason) { return try PageCache.counts(of: file.descriptor, bytes: 0..<file.size) } catch {
      throw unknown(error)
    }
  }

  private func unknown(_ reason: UnknownReason) -> CommandError {
    CommandError("what the kernel knows of this file is unknown: \(reason)")
  }

  private func name(_ pages: Range<Int>) -> String {
    pages.count == 1 ? "page \(pages.lowerBound)" : "pages \(pages.lowerBound)-\(pages.upperBound - 1)"
  }

  private func describe(_ extent: Extent) -> String {
    let place = extent.physical.map { " at 0x\(hex($0, width: 1)) of the device" } ?? ""
    let bytes = "0x\(hex(extent.bytes.lowerBound, width: 1))..0x\(hex(extent.bytes.upperBound, width: 1))"
    return "\(bytes): \(extent.kind.rawValue)\(extent.isShared ? ", shared" : "")\(place)"
  }
}

extension KernelCount {
  fileprivate var counts: KeyPath<CacheCounts, Int> {
    switch self {
    case .cached: \.cached
    case .dirty: \.dirty
    case .writeback: \.writeback
    }
  }
}
