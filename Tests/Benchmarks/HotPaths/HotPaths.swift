import Foundation
import RangedMmap
import SystemPackage

/// Takes one of the library's hot paths so many times, for `.ci/instructions`, which counts what that costs.
@main
enum HotPaths {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let count = Int(arguments[2]) else {
      fatalError("usage: hotpaths allocate|write-4k|write-64k|read-4k COUNT")
    }
    let path = FilePath(NSTemporaryDirectory()).appending("hotpaths-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(atPath: path.string) }
    switch arguments[1] {
    case "allocate": try allocate(count, path)
    case "write-4k": try write(4 << 10, count, path)
    case "write-64k": try write(64 << 10, count, path)
    case "read-4k": try read(4 << 10, count, path)
    case let name: fatalError("no hot path is called \(name)")
    }
  }

  private static func allocate(_ count: Int, _ path: FilePath) throws {
    let (_, allocator) = try MmapFile.create(
      at: path, size: count * 4096, allocator: ConcurrentAllocator.self, storage: .sparse)
    var sum = 0
    while let range = allocator.allocate(4096) { sum &+= range.start }
    precondition(sum == count * (count - 1) / 2 * 4096)
  }

  // The same pages over and over: resident, and written through the mapping, from the second time on.
  private static func write(_ size: Int, _ count: Int, _ path: FilePath) throws {
    let (file, allocator) = try MmapFile.create(at: path, size: size)
    guard var range = allocator.allocate(size) else { return }
    let bytes = [UInt8](repeating: 7, count: size)
    for _ in 0..<count { range = file.reuse(try file.write(bytes, to: range)) }
  }

  private static func read(_ size: Int, _ count: Int, _ path: FilePath) throws {
    let (file, allocator) = try MmapFile.create(at: path, size: size)
    guard let range = allocator.allocate(size) else { return }
    let receipt = try file.write([UInt8](repeating: 7, count: size), to: range)
    var buffer = [UInt8](repeating: 0, count: size)
    for _ in 0..<count { try file.read(receipt, into: &buffer) }
  }
}
