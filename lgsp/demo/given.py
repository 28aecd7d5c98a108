"""One more service, answered by an address the person gave (`--provider URL`): entered by the staff pages."""

from lgsp.demo.browser import Page, Person
from lgsp.demo.people import People
from lgsp.demo.telling import Teller

CODE = "given-provider"
ELEMENTS = (
    "code: Mã đơn vị hành chính | chuỗi | Công khai\nname: Tên | chuỗi | Công khai\nlevel: Cấp | chuỗi | Công khai"
)
OPERATIONS = (
    ("list-communes", "Danh sách xã, phường", "GET", "/communes"),
    ("search-communes", "Tìm xã, phường theo tên", "GET", "/communes/search"),
    ("commune", "Một xã, phường theo mã", "GET", "/communes/{code}"),
    ("lookup-communes", "Tra cứu nhiều xã, phường", "POST", "/communes/lookup"),
)


def add_service(people: People, tell: Teller, *, live: str, sandbox: str) -> None:
    """Enter, fill and publish the service: the sandbox is answered by the sample provider, live by *live*."""
    operator = people.staff("operator")
    with tell.step(f"Đưa dịch vụ tại {live} vào danh mục và công bố", operator.name, "QC11.2"):
        operator.fill(
            "/quan-tri/catalog/dataservice/add/",
            code=CODE,
            title="Dịch vụ tại địa chỉ đã cho (mẫu)",
            summary="Dùng để thử một hệ thống nguồn khác",
            provider="Sở Nội vụ",
            data_scope="Do hệ thống nguồn trả lời",
            eligible_consumers="Cơ quan, đơn vị trong tỉnh",
            sharing_method="online",
            sharing_class="shared",
            personal_data="none",
            importance="other",
            data_layer="reference",
            sector="Nội vụ",
            not_state_secret=1,
        )
        service = _found(operator, "/quan-tri/catalog/dataservice/?q=dia+chi+da+cho")
        operator.fill(f"/quan-tri/catalog/serviceversion/add/?service={_id(service)}", name="v1")
        version = _id(_found(operator, "/quan-tri/catalog/serviceversion/?q=dia+chi+da+cho"))
        for code, title, method, template in OPERATIONS:
            operator.fill(
                f"/quan-tri/catalog/operation/add/?version={version}",
                code=code,
                title=title,
                method=method,
                template=template,
                elements=ELEMENTS,
            )
        for environment, address in (("sandbox", sandbox), ("live", live)):
            operator.fill(
                f"/quan-tri/catalog/upstream/add/?version={version}", environment=environment, base_url=address
            )
        page = operator.open(f"/quan-tri/catalog/serviceversion/{version}/change/")
        operator.send(operator.open(page.link("Công bố phiên bản")), "Công bố phiên bản")


def _found(operator: Person, address: str) -> str:
    page: Page = operator.open(address)
    return str(page.tree.xpath("//table//a[contains(@href, '/change/')]/@href")[0])


def _id(address: str) -> str:
    return address.split("/change/", maxsplit=1)[0].rsplit("/", 1)[1]
