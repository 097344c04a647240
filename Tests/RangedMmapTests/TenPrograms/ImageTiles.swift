import Dispatch
import RangedMmap
import Synchronization

/// Draws a large picture in tiles of 64 by 64 pixels, on all cores, straight into the file.
///
/// Each tile is one range of 4 KiB, a byte for a pixel, from left to right and from top to bottom.
enum ImageTiles {
  enum Failure: Error { case noSuchPixel }

  static let side = 64

  static func draw(
    at path: String, columns: Int, rows: Int, _ pixel: @Sendable (_ x: Int, _ y: Int) -> UInt8
  ) throws {
    let (file, allocator) = try MmapFile.create(
      at: path, size: columns * rows * side * side, allocator: ConcurrentAllocator.self)
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      do {
        // A thread that is done with a tile takes the next one: no two threads get the same.
        while let range = allocator.allocate(side * side) {
          let tile = range.pages.lowerBound
          let (left, top) = (tile % columns * side, tile / columns * side)
          _ = try file.write(to: range) { writer in
            for y in top..<top + side {
              for x in left..<left + side { writer.append(pixel(x, y)) }
            }
          }
        }
      } catch {
        failure.withLock { $0 = error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    try file.syncAll()
  }

  static func pixel(at path: String, columns: Int, x: Int, y: Int) throws -> UInt8 {
    let file = try MmapFile.openReadOnly(at: path)
    guard x >= 0, x < columns * side, y >= 0, y < file.size / (columns * side) else { throw Failure.noSuchPixel }
    let start = (y / side * columns + x / side) * side * side
    return try file.withBytes(in: start..<start + side * side) { tile in tile[y % side * side + x % side] }
  }
}
