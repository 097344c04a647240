import PageCache

extension PageCache {
  /// The extents that cover some bytes of a file, by a descriptor that the inspector opened.
  ///
  /// Nothing in the inspector reads or writes by the descriptor's offset, so it may move. To open the file once more
  /// would be an event of the file, after which the sampler would sample again, and open it again.
  static func extents(ofOwn file: FileDescriptor, bytes: Range<Int>) throws(PageCacheError) -> [Extent] {
    try extents(of: file, bytes: bytes, movesOffset: true)
  }
}

extension Extent {
  /// What is so of it beside its kind.
  package var marks: [String] { (isShared ? ["shared"] : []) + (isEncoded ? ["encoded"] : []) }

  var summary: String { ([kind.rawValue] + marks).joined(separator: ", ") }
}

extension Extent.Kind {
  /// Whether the disk holds bytes for it; elsewhere a page reads as zeros.
  package var holdsData: Bool {
    switch self {
    case .hole, .unwritten: false
    case .delayed, .written, .inline, .data: true
    }
  }
}
