"""What the form of a try says of a body that is no JSON."""

import pytest

from connections.web.json_faults import fault_in


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,}', "dòng 1, cột"),
        ('{\n  "a": 1\n  "b": 2\n}', "dòng 3, cột 3: thiếu dấu phẩy"),
        ('{"a" 1}', "thiếu dấu hai chấm"),
        ('{"a": }', "thiếu giá trị"),
        ("{'a': 1}", "dấu nháy kép"),
        ("{\u201ca\u201d: 1}", "không dùng dấu nháy cong"),
        ('{"a": "b}', "thiếu dấu nháy kép đóng"),
        ('{"a": "b\nc"}', "xuống dòng"),
        ('{"a": "\\q"}', "dấu gạch chéo ngược"),
        ('{"a": 1} x', "còn chữ thừa"),
        ('{"a": NaN}', "«NaN» không phải là số"),
        ('{"a": -Infinity}', "«-Infinity» không phải là số"),
        ("[" * 100_000, "lồng quá nhiều lớp"),
    ],
)
def test_it_says_where_and_what_to_mend(text: str, said: str) -> None:
    assert said in fault_in(text)


@pytest.mark.parametrize("text", ["{}", "[]", '"chữ"', "0", "null", ' {"a": "ữ", "b": 1e400}\n'])
def test_json_is_json(text: str) -> None:
    assert fault_in(text) == ""
