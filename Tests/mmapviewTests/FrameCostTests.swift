import Inspector
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import mmapview

@Suite("What a frame costs")
final class FrameCostTests: FolderSuite {
  /// A screen on a sparse file, all of its cells in use, of which each frame sees one page change.
  private final class Watched {
    let session: Session
    private var interface = Interface()
    private var next = 1

    init(_ path: String, size: Int) throws {
      session = try Session()
      try session.perform(.create(path: path, size: size, isSparse: true, isForced: false))
      try session.perform(.allocate(byteCount: 4096, times: 200))
    }

    func frame() throws {
      try session.perform(.write(.labels(next...next), .byte(1)))
      next += 1
      let layout = try #require(session.layout(interface, width: 200, height: 60))
      interface.update(session, layout)
      _ = Screen.draw(Snapshot(session, interface, layout, width: 200, height: 60))
    }
  }

  @Test("It follows the screen and what changed, and not the size of the file: 1 TiB costs what 64 MiB costs")
  func size() throws {
    let screens = [
      try Watched(folder.file("small").string, size: 64 << 20), try Watched(folder.file("large").string, size: 1 << 40),
    ]
    let first = try screens.map { screen in try Cost { try screen.frame() } }
    let second = try screens.map { screen in try Cost { try screen.frame() } }
    // The states of a TiB are 128 huge pages.
    #expect(first[1].faults < first[0].faults + 64)
    // A few calls may be the memory allocator's.
    #expect(try second[1].calls <= second[0].calls + 4)
  }
}
