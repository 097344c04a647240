import RangedMmap

/// The checksum of a file of any size, read where it lies: FNV-1a, of 64 bits.
enum ChecksumReader {
  static func checksum(of path: String) throws(MmapFileError) -> UInt64 {
    var sum: UInt64 = 0xcbf2_9ce4_8422_2325
    let file: MmapFile
    do { file = try MmapFile.openReadOnly(at: path) } catch {
      guard error.code == .emptyFile else { throw error }
      return sum  // there is nothing to map
    }
    for start in stride(from: 0, to: file.size, by: 16 << 20) {
      try file.withBytes(in: start..<min(start + 16 << 20, file.size)) { bytes in
        for index in bytes.indices { sum = (sum ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
      }
    }
    return sum
  }
}
