import Glibc

/// The arithmetic of 4 KiB alignment, in which ranges are handed out.
///
/// Offsets and sizes are bytes. Allocators and splits round by themselves: this is for planning a file's layout.
///
/// ```swift
/// let end = Alignment.up(5000)  // 8192
/// let start = Alignment.down(5000)  // 4096
/// ```
public enum Alignment {
  /// The size in bytes of a page as this library counts them: 4096, whatever the system's own page size is.
  public static let page = 4096

  /// What one entry of the second level of page tables maps (x86-64, and ARM64 with pages of 4 KiB), and the largest
  /// folio of the page cache (`MAX_PAGECACHE_ORDER` in include/linux/pagemap.h), in bytes.
  package static let largePage = 2 << 20

  /// The least multiple of 4096 that is not below `offset`; one too near `Int.max` to be rounded up traps.
  public static func up(_ offset: Int) -> Int { (offset + (page - 1)) & ~(page - 1) }

  /// The greatest multiple of 4096 that is not above `offset`.
  public static func down(_ offset: Int) -> Int { offset & ~(page - 1) }

  /// The whole pages of `unit` bytes that `bytes` touch, for calls that want the system's own page boundaries.
  static func outward(_ bytes: Range<Int>, unit: Int) -> Range<Int> {
    let start = bytes.lowerBound / unit * unit
    return start..<max(start, (bytes.upperBound + unit - 1) / unit * unit)
  }

  /// The pages of 4096 bytes that `bytes` touch.
  package static func pages(of bytes: Range<Int>) -> Range<Int> {
    bytes.lowerBound / page..<pages(in: bytes.upperBound)
  }

  /// The system's page size, where it is larger than 4096.
  static let systemPage = max(page, Int(getpagesize()))

  /// How many pages of 4096 bytes hold `byteCount` bytes, 0 or more; no sum overflows, however large the count.
  public static func pages(in byteCount: Int) -> Int { byteCount / page + (byteCount % page == 0 ? 0 : 1) }
}
