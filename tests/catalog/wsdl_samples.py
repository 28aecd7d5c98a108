"""WSDL files as tests change them: one sound file, and pieces to put in."""

WSDL = """<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="ThuaDat" targetNamespace="urn:dat" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:dat">
  <wsdl:types>
    <xsd:schema targetNamespace="urn:dat" elementFormDefault="qualified">
      {types}
    </xsd:schema>
  </wsdl:types>
  <wsdl:message name="Hoi"><wsdl:part name="p" element="t:TraCuuThua"/></wsdl:message>
  <wsdl:message name="Dap"><wsdl:part name="p" element="t:TraCuuThuaResponse"/></wsdl:message>
  <wsdl:portType name="Dat">
    <wsdl:operation name="TraCuuThua">
      <wsdl:documentation>Tra cứu thửa đất</wsdl:documentation>
      <wsdl:input message="t:Hoi"/><wsdl:output message="t:Dap"/>
    </wsdl:operation>
  </wsdl:portType>
  <wsdl:binding name="DatSoap" type="t:Dat">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="TraCuuThua">
      <soap:operation soapAction="urn:dat:TraCuuThua"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>
    </wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="ThuaDat">
    <wsdl:port name="DatSoap" binding="t:DatSoap"><soap:address location="https://dat.example/ws/thua.asmx"/></wsdl:port>
  </wsdl:service>
</wsdl:definitions>
"""
REQUEST = """
<xsd:element name="TraCuuThua"><xsd:complexType><xsd:sequence>
  <xsd:element name="SoTo" type="xsd:int"/>
  <xsd:element name="NguoiHoi" type="t:Nguoi" minOccurs="0"/>
  <xsd:element name="Loai" type="xsd:string" minOccurs="0" maxOccurs="unbounded"/>
</xsd:sequence></xsd:complexType></xsd:element>
<xsd:complexType name="Nguoi"><xsd:sequence>
  <xsd:element name="Ten" type="xsd:string"/><xsd:element name="Tuoi" type="xsd:int" minOccurs="0"/>
</xsd:sequence></xsd:complexType>
"""
ANSWER = """
<xsd:element name="TraCuuThuaResponse"><xsd:complexType><xsd:sequence>
  <xsd:element name="KetQua"><xsd:complexType><xsd:sequence>
    <xsd:element name="Thua" type="t:Thua" minOccurs="0" maxOccurs="unbounded"/>
    <xsd:element name="Tong" type="xsd:int"/>
  </xsd:sequence></xsd:complexType></xsd:element>
</xsd:sequence></xsd:complexType></xsd:element>
<xsd:complexType name="Goc"><xsd:sequence>
  <xsd:element name="Ma" type="xsd:string">
    <xsd:annotation><xsd:documentation>Mã thửa đất</xsd:documentation></xsd:annotation>
  </xsd:element>
</xsd:sequence></xsd:complexType>
<xsd:complexType name="Thua"><xsd:complexContent><xsd:extension base="t:Goc"><xsd:sequence>
  <xsd:element name="DienTich" type="t:SoThuc"/><xsd:element name="NgayCap" type="xsd:date"/>
  <xsd:element name="ConHieuLuc" type="xsd:boolean"/><xsd:element name="GhiChu" type="xsd:string" maxOccurs="5"/>
</xsd:sequence></xsd:extension></xsd:complexContent></xsd:complexType>
<xsd:simpleType name="SoThuc"><xsd:restriction base="xsd:decimal"/></xsd:simpleType>
"""


def wsdl(types: str = REQUEST + ANSWER, *changes: tuple[str, str]) -> bytes:
    """Return the file with *changes* (old, new), each of which must be found."""
    text = WSDL.replace("{types}", types)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()
