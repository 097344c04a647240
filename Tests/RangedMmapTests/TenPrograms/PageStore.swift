import RangedMmap

/// Values of up to a page, less two bytes, found by number; removed ones make room for others.
struct PageStore: ~Copyable {
  enum Failure: Error { case full, noSuchPage, tooLong }

  static let longest = 4096 - 2
  private let file: MmapFile
  private let allocator: FreeListAllocator
  private var pages: [Int: HandOver<FlushedRange>] = [:]

  init(at path: String, size: Int) throws {
    // A last page that is no whole one could not take every value.
    let size = Alignment.up(size)
    (file, allocator) = try MmapFile.create(at: path, size: size, allocator: FreeListAllocator.self)
  }

  /// Stores a value durably, and gives its number.
  mutating func insert(_ value: [UInt8]) throws -> Int {
    guard value.count <= Self.longest else { throw Failure.tooLong }
    guard let range = allocator.allocate(4096) else { throw Failure.full }
    let number = range.pages.lowerBound
    let receipt = try file.write(to: range) { writer in
      writer.append(littleEndian: UInt16(value.count))
      writer.append(contentsOf: value)
      writer.append(repeating: 0, count: writer.remaining)
    }
    pages[number] = HandOver(try file.sync(receipt))
    return number
  }

  func value(_ number: Int) throws -> [UInt8] {
    let found = try pages[number]?.withValue { page in
      try file.withBytes(of: page) { bytes in
        let count = Int(bytes.load(littleEndianAt: 0, as: UInt16.self))
        return (0..<count).map { bytes[2 + $0] }
      }
    }
    guard let found else { throw Failure.noSuchPage }
    return found
  }

  /// Changes a value in place; on failure the old one may be gone, and its number is.
  mutating func replace(_ number: Int, with value: [UInt8]) throws {
    guard value.count <= Self.longest else { throw Failure.tooLong }
    guard let page = pages.removeValue(forKey: number)?.take() else { throw Failure.noSuchPage }
    let receipt = try file.update(page) { editor in
      editor.store(littleEndian: UInt16(value.count), at: 0)
      editor.store(value, at: 2)
    }
    pages[number] = HandOver(try file.sync(receipt))
  }

  mutating func remove(_ number: Int) throws {
    guard let page = pages.removeValue(forKey: number)?.take() else { throw Failure.noSuchPage }
    allocator.free(page)
  }
}
