import PageCache
import RangedMmap
import SystemPackage

/// Whether a page's bytes can be read with no effect: to read a page that is not in memory brings it in, and its
/// neighbours, and the kernel's view would show our own eyes.
package enum Presence: Sendable, Equatable {
  /// It is in memory, or the file ends before it.
  case readable
  /// It is not in memory, and has nothing on the disk: it would read as zeros.
  case empty
  /// It is on the disk only.
  case absent
  /// Nobody can say whether it is in memory.
  case unknown
}

extension Session {
  /// Asks the kernel now whether a page of the open file is in memory: a few system calls, whatever the file's size.
  package func presence(ofPage page: Int) -> Presence {
    guard let file, let size = try? file.descriptor.stat().size, page * PageCache.pageSize < size else {
      return .readable
    }
    guard let run = try? KernelAnswer(file.descriptor, each: page..<page + 1).value.first else {
      // What was written here came into memory by that.
      return [.free, .allocated].contains(file.states[page]) ? .unknown : .readable
    }
    guard !run.state.contains(.cached) else { return .readable }
    let start = page * PageCache.pageSize
    let end = min(Int(size), start + PageCache.pageSize)
    let extents = try? PageCache.extents(ofOwn: file.descriptor, bytes: start..<end)
    return extents?.contains { $0.kind.holdsData } == false ? .empty : .absent
  }
}
