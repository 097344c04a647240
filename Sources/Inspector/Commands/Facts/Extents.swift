import PageCache
import RangedMmap

/// Says where the file's bytes are on the disk.
package struct ExtentsAction: Action {
  let asJSON: Bool

  static let verb = Verb("extents", .flag("json"), help: "where the file's bytes are on the disk", example: "extents") {
    ExtentsAction(asJSON: $0)
  }

  package var words: [String] { ["extents"] + (asJSON ? ["json"] : []) }
  package var isForLooking: Bool { true }

  package func perform(in session: Session) throws(CommandError) -> Event {
    asJSON ? try session.extentsJSON() : try session.extents()
  }
}

extension Command {
  package static func extents(asJSON: Bool) -> Command { Command(ExtentsAction(asJSON: asJSON)) }
}

extension Session {
  fileprivate func extents() throws(CommandError) -> Event {
    let file = try openFile()
    do throws(PageCacheError) {
      let extents = try PageCache.extents(ofOwn: file.descriptor, bytes: 0..<file.presentSize)
      let more = isPlaceless(extents) ? ["where on the device is unknown: \(PageCacheError.notSupported)"] : []
      let gone = shortfall(file, 0..<file.states.count)
      return Event(.output, extents.map(describe) + gone + more, isMeasured: true)
    } catch { throw unknown(error) }
  }

  fileprivate func extentsJSON() throws(CommandError) -> Event {
    let file = try openFile()
    var found: [Extent]?
    var reason: PageCacheError?
    do throws(PageCacheError) {
      let extents = try PageCache.extents(ofOwn: file.descriptor, bytes: 0..<file.presentSize)
      found = extents
      if isPlaceless(extents) { reason = .notSupported }
    } catch { reason = error }
    let list = found?.map { extent -> JSON in
      [
        "start": JSON(extent.bytes.lowerBound), "end": JSON(extent.bytes.upperBound),
        "kind": JSON(extent.kind.rawValue), "physical": JSON(extent.physical), "shared": JSON(extent.isShared),
        "encoded": JSON(extent.isEncoded),
      ]
    }
    let json: JSON = ["reason": JSON(reason?.description), "extents": JSON(list)]
    return Event(.output, ["\(json)"], isMeasured: true)
  }

  // Whether the file system has said of no extent where on the device it is.
  private func isPlaceless(_ extents: [Extent]) -> Bool {
    !extents.contains { $0.physical != nil } && extents.contains { $0.kind == .written }
  }

  private func describe(_ extent: Extent) -> String {
    let place = extent.physical.map { " at 0x\(hex($0, width: 1)) of the device" } ?? ""
    let bytes = "0x\(hex(extent.bytes.lowerBound, width: 1))..0x\(hex(extent.bytes.upperBound, width: 1))"
    return "\(bytes): \(words(extent))\(place)"
  }
}
