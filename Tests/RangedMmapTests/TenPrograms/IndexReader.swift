import RangedMmap

/// Looks up keys in a sorted file of entries of 16 bytes: a key and where its value lies, most significant byte first.
struct IndexReader {
  enum Failure: Error { case notAnIndex }

  private let file: MmapFile?  // none where there is no entry to map
  private let count: Int

  init(at path: String) throws {
    do { file = try MmapFile.openReadOnly(at: path) } catch {
      guard error.code == .emptyFile else { throw error }
      file = nil
    }
    let size = file?.size ?? 0
    guard size % 16 == 0 else { throw Failure.notAnIndex }
    count = size / 16
  }

  /// Where the value of a key lies, or `nil` if there is no such key; only the pages that are looked at are read.
  func offset(of key: UInt64) throws(MmapFileError) -> UInt64? {
    guard let file else { return nil }
    return try file.withBytes(in: 0..<file.size) { bytes in
      var (low, high) = (0, count)
      while low < high {
        let middle = (low + high) / 2
        if bytes.load(bigEndianAt: middle * 16, as: UInt64.self) < key { low = middle + 1 } else { high = middle }
      }
      guard low < count, bytes.load(bigEndianAt: low * 16) == key else { return nil }
      return bytes.load(bigEndianAt: low * 16 + 8)
    }
  }
}
