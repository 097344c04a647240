import Glibc
import SystemPackage

/// How a part of a mapping will be used, as the program says.
public enum MappingAdvice: String, Sendable, CaseIterable {
  /// Nothing is known: the kernel reads ahead where it sees an order.
  case normal
  /// Pages will be touched in no order: nothing is read ahead.
  case random
  /// Pages will be touched from the start on: the kernel reads ahead farther.
  case sequential
  /// Pages may be mapped by 2 MiB where the file system and the kernel have them so.
  case hugepage
  /// Pages are mapped by 4 KiB.
  case nohugepage
}

extension MmapFile {
  /// Says how a part of the mapping will be used: madvise(2).
  ///
  /// It changes no byte and no state. It is of this mapping alone: reads by a descriptor, and mappings of others, go on as
  /// before. The library gives advice on large pages by itself to files that it made; the last advice counts.
  ///
  /// ```swift
  /// try file.advise(.random, in: 0..<file.size)
  /// ```
  ///
  /// - Parameters:
  ///   - advice: What to expect.
  ///   - bytes: Offsets into the file; all pages that they touch.
  /// - Throws: ``MmapFileError`` with `system`, and `EINVAL` for large pages where the kernel was built without them.
  /// - Precondition: `bytes` lies in the file.
  /// - Complexity: One system call.
  public func advise(_ advice: MappingAdvice, in bytes: Range<Int>) throws(MmapFileError) {
    precondition(bytes.lowerBound >= 0 && bytes.upperBound <= size, "bytes: expected offsets into the file")
    let code: Int32 =
      switch advice {
      case .normal: MADV_NORMAL
      case .random: MADV_RANDOM
      case .sequential: MADV_SEQUENTIAL
      case .hugepage: MADV_HUGEPAGE
      case .nohugepage: MADV_NOHUGEPAGE
      }
    guard mapping.advise(bytes, code) else {
      throw MmapFileError(
        .system, path: path, errno: Errno(rawValue: errno), bytes: bytes, "the kernel takes no such advice",
        remedy: "leave it out: it changes no byte")
    }
  }

  /// Gives up the mapping's hold on pages, so that they can leave memory: madvise(2) with `MADV_DONTNEED`.
  ///
  /// No byte is lost and no state changes: the mapping is shared, and a page that is touched again comes back by a fault.
  /// The kernel evicts no page that a process has mapped; `PageCache.evict` passes over those of this mapping until they
  /// are released. Other threads may read and write the pages meanwhile, at the price of a fault.
  ///
  /// - Parameter bytes: Offsets into the file; all pages that they touch.
  /// - Precondition: `bytes` lies in the file.
  /// - Complexity: One system call, some 10 ns a page.
  public func releasePages(in bytes: Range<Int>) {
    precondition(bytes.lowerBound >= 0 && bytes.upperBound <= size, "bytes: expected offsets into the file")
    mapping.advise(bytes, MADV_DONTNEED)
  }
}

extension Mapping {
  /// Gives advice on the pages that some bytes touch, and returns whether the kernel took it: madvise(2).
  @discardableResult
  func advise(_ bytes: Range<Int>, _ advice: Int32) -> Bool {
    let pages = Alignment.outward(bytes, unit: Int(getpagesize()))
    guard !pages.isEmpty else { return true }
    // SAFETY: the pages belong to the mapping, which is shared: no byte of the file is changed.
    return unsafe madvise(base + pages.lowerBound, pages.count, advice) == 0
  }
}
