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
      try frame()
    }

    func frame() throws {
      try session.perform(.write(.labels(next...next), .byte(1)))
      next += 1
      guard let layout = session.layout(width: 200, height: 60) else { return }
      interface.update(session, layout)
      _ = Screen.draw(Snapshot(session, interface, layout, width: 200, height: 60))
    }
  }

  @Test("It follows the screen and what changed, and not the size of the file: 1 TiB costs what 64 MiB costs")
  func size() throws {
    let screens = [
      try Watched(folder.file("small").string, size: 64 << 20), try Watched(folder.file("large").string, size: 1 << 40),
    ]
    let clock = ContinuousClock()
    var best = [Duration.seconds(9), .seconds(9)]
    // Without optimisation the walk over the marks of change, a byte for each 16 MiB, weighs more than it should.
    let costsTheSame = try isGoodOnce(in: 150) {
      for (index, screen) in screens.enumerated() {
        best[index] = min(best[index], try clock.measure { try screen.frame() })
      }
      return best[1] / best[0] < 1.5
    }
    print("a frame of 200x60: 64 MiB in \(best[0]), 1 TiB in \(best[1])")
    #expect(costsTheSame, "64 MiB took \(best[0]), 1 TiB \(best[1])")
  }
}
