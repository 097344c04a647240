import PageCache
import RangedMmap

struct ExtentsAction: FactsAction {
  let asJSON: Bool

  static let verb = Verb("extents", .flag("json"), help: "where the file's bytes are on the disk", example: "extents") {
    ExtentsAction(asJSON: $0)
  }

  var words: [String?] { ["extents", asJSON ? "json" : nil] }

  func lines(of file: MmapFile, in session: Session) throws(CommandError) -> [String] {
    do throws(PageCacheError) {
      let extents = try extents(of: file)
      let more = isPlaceless(extents) ? ["where on the device is unknown: \(PageCacheError.notSupported)"] : []
      return extents.map(describe) + session.shortfall(file, 0..<file.states.count) + more
    } catch { throw CommandError(unknown: error) }
  }

  func json(of file: MmapFile, in session: Session) -> JSON {
    let found = Result { () throws(PageCacheError) in try extents(of: file) }
    let reason = found.value.map(isPlaceless) == true ? .notSupported : found.failure
    let list = found.value?.map { extent -> JSON in
      [
        "start": JSON(extent.bytes.lowerBound), "end": JSON(extent.bytes.upperBound),
        "kind": JSON(extent.kind.rawValue), "physical": JSON(extent.physical), "shared": JSON(extent.isShared),
        "encoded": JSON(extent.isEncoded),
      ]
    }
    return ["reason": JSON(reason?.description), "extents": JSON(list)]
  }

  private func extents(of file: MmapFile) throws(PageCacheError) -> [Extent] {
    try PageCache.extents(ofOwn: file.descriptor, bytes: 0..<file.presentSize)
  }

  // Whether the file system has given no extent's place on the device.
  private func isPlaceless(_ extents: [Extent]) -> Bool {
    !extents.contains { $0.physical != nil } && extents.contains { $0.kind == .written }
  }

  private func describe(_ extent: Extent) -> String {
    let place = extent.physical.map { " at \(address($0)) of the device" } ?? ""
    return "\(address(extent.bytes.lowerBound))..\(address(extent.bytes.upperBound)): \(extent.summary)\(place)"
  }
}
