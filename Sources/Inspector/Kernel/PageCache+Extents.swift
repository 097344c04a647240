import PageCache
import SystemPackage

extension PageCache {
  /// The extents of a file by a descriptor that is the inspector's own.
  ///
  /// Nothing here reads or writes by the descriptor's offset. To open the file anew instead would be an event of the
  /// file, after which the sampler would look, and ask again.
  ///
  /// - Parameters:
  ///   - file: The descriptor of a file that the inspector opened.
  ///   - bytes: Offsets into the file.
  /// - Returns: Extents in order, which cover `bytes`.
  /// - Throws: The reason why they are unknown.
  static func extents(ofOwn file: FileDescriptor, bytes: Range<Int>) throws(PageCacheError) -> [Extent] {
    try extents(of: file, bytes: bytes, movesOffset: true)
  }
}
