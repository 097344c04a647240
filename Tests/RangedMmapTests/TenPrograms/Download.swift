import RangedMmap

/// A file that arrives in chunks, in any order and from many threads, and goes on where it was left.
///
/// The first page says which chunks are durable, a byte for each; the chunks follow.
final class Download: Sendable {
  enum Failure: Error { case noSuchChunk, tooManyChunks }

  static let (chunkSize, mostChunks) = (64 << 10, 4096)
  private let file: MmapFile
  private let allocator: FreeListAllocator
  private let header: HandOver<WriteReceipt>

  /// Begins a download of up to 4096 chunks.
  static func start(at path: String, chunkCount: Int) throws -> Download {
    guard (0...mostChunks).contains(chunkCount) else { throw Failure.tooManyChunks }
    let size = 4096 + chunkCount * chunkSize
    let (file, allocator) = try MmapFile.create(at: path, size: size, allocator: FreeListAllocator.self)
    guard let page = allocator.allocate(4096, at: 0) else { throw Failure.noSuchChunk }
    return Download(file, allocator, try file.write(repeatElement(0, count: 4096), to: page))
  }

  /// Goes on with one: what is in the file already counts as written.
  static func resume(at path: String) throws -> Download {
    let (file, allocator) = try MmapFile.open(at: path, allocator: FreeListAllocator.self)
    guard let page = allocator.allocate(4096, at: 0) else { throw Failure.noSuchChunk }
    let download = Download(file, allocator, try file.adopt(page))
    for chunk in 0..<download.chunkCount where try download.isDone(chunk) {
      guard let range = allocator.allocate(chunkSize, at: 4096 + chunk * chunkSize) else { continue }
      _ = try file.adopt(range)
    }
    return download
  }

  private init(_ file: MmapFile, _ allocator: FreeListAllocator, _ header: consuming WriteReceipt) {
    (self.file, self.allocator, self.header) = (file, allocator, HandOver(header))
  }

  var chunkCount: Int { min((file.size - 4096) / Self.chunkSize, Self.mostChunks) }

  func isDone(_ chunk: Int) throws -> Bool {
    guard (0..<chunkCount).contains(chunk) else { throw Failure.noSuchChunk }
    return try header.withValue { page in try file.withBytes(of: page) { $0[chunk] == 1 } } ?? false
  }

  /// Stores a chunk, and notes it when its bytes are durable: a crash in between costs the chunk, and no more.
  func store(_ bytes: [UInt8], chunk: Int) throws {
    guard (0..<chunkCount).contains(chunk),
      let range = allocator.allocate(Self.chunkSize, at: 4096 + chunk * Self.chunkSize)
    else { throw Failure.noSuchChunk }  // or another process has stored it
    do { _ = try file.sync(file.write(bytes, to: range)) } catch {
      allocator.free(try error.range())
      throw error
    }
    try header.withValue { page in try file.update(&page) { $0[chunk] = 1 } }
  }
}
