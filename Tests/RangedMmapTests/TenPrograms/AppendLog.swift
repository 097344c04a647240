import RangedMmap

/// A log of records, each of which is durable when `append` returns.
///
/// It fills one segment after the other. A record is its length and its bytes; a length of 0 ends the segment.
final class AppendLog {
  enum Failure: Error { case full, tooLong, broken }

  static let segmentSize = 16 << 10
  private let file: MmapFile
  private let allocator: SequentialAllocator
  private var segment: HandOver<FlushedRange>?
  private var (room, used) = (0, 0)  // of the segment, in bytes

  init(at path: String, size: Int) throws {
    (file, allocator) = try MmapFile.create(at: path, size: size)
  }

  func append(_ record: [UInt8]) throws {
    let count = 4 + record.count
    guard !record.isEmpty, count <= Self.segmentSize else { throw Failure.tooLong }
    if count <= room - used {
      // The bytes that are there stay, and so does the state of the pages that the record does not touch.
      guard let durable = segment?.take() else { throw Failure.broken }
      segment = HandOver(try file.sync(file.update(durable) { add(record, to: $0, at: used) }))
    } else {
      // The last segment may be a short one.
      guard count <= allocator.remaining, let range = allocator.allocate(Self.segmentSize) else { throw Failure.full }
      let size = range.count
      segment = HandOver(try file.sync(file.update(range) { add(record, to: $0, at: 0) }))
      (room, used) = (size, 0)
    }
    used += count
  }

  private func add(_ record: [UInt8], to editor: RangeEditor, at offset: Int) {
    editor.store(littleEndian: UInt32(record.count), at: offset)
    editor.store(record, at: offset + 4)
  }

  static func records(at path: String) throws -> [[UInt8]] {
    let file = try MmapFile.openReadOnly(at: path)
    var records: [[UInt8]] = []
    for start in stride(from: 0, to: file.size, by: segmentSize) {
      try file.withBytes(in: start..<min(start + segmentSize, file.size)) { bytes in
        var offset = 0
        while offset + 4 <= bytes.count {
          let length = Int(bytes.load(littleEndianAt: offset, as: UInt32.self))
          guard length > 0, length <= bytes.count - offset - 4 else { break }
          records.append((0..<length).map { bytes[offset + 4 + $0] })
          offset += 4 + length
        }
      }
    }
    return records
  }
}
