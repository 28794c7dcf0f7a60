"""The SAM template as plain CloudFormation: what is changed for the emulator, and that nothing else is."""

from pathlib import Path
from typing import Any

import pytest

from sandbox import translate

SMALL = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Bridges: {Type: String, Default: both}
  AppSecret: {Type: String, NoEcho: true}
Conditions:
  Customer: !Not [!Equals [!Ref Bridges, office]]
Resources:
  Layer:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: python3.13}
    Properties: {ContentUri: layers/ponte/python}
  HttpApi:
    Type: AWS::Serverless::HttpApi
    Properties: {FailOnWarnings: true}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - PolicyName: door
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: [sqs:SendMessage], Resource: '*'}
              - !If
                - Customer
                - {Effect: Allow, Action: [sqs:SendMessage, s3:GetObject], Resource: '*'}
                - !Ref AWS::NoValue
  Door:
    Type: AWS::Serverless::Function
    Condition: Customer
    Properties:
      CodeUri: functions/meta_webhook/
      Handler: app.handler
      Runtime: python3.13
      Environment: {Variables: {STAGE: dev, PUBLIC_BASE_URL: 'https://example.org'}}
      Events:
        Get: {Type: HttpApi, Properties: {ApiId: !Ref HttpApi, Path: /webhooks/meta, Method: GET}}
        Any: {Type: HttpApi, Properties: {ApiId: !Ref HttpApi, Path: '/api/{tenant}', Method: ANY}}
"""
CODE = {"Door": "s3://assets/Door.zip", "Layer": "s3://assets/Layer.zip"}


@pytest.fixture
def sam(tmp_path: Path) -> translate.Template:
    path = tmp_path / "template.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return translate.read(path)


def plain(sam: translate.Template) -> dict[str, Any]:
    translated = translate.to_cloudformation(sam, {"AppSecret": "x"}, CODE, {"PUBLIC_BASE_URL": "http://127.0.0.1:1"})
    resources: dict[str, Any] = translated["Resources"]
    return resources


def test_functions_are_called_by_the_folder_they_live_in(sam: translate.Template) -> None:
    assert translate.function_names(sam) == {"Door": "meta_webhook"}
    assert plain(sam)["Door"]["Properties"]["FunctionName"] == "meta_webhook"


def test_code_comes_from_the_uploaded_zip(sam: translate.Template) -> None:
    resources = plain(sam)
    assert resources["Door"]["Properties"]["Code"] == {"S3Bucket": "assets", "S3Key": "Door.zip"}
    layer = next(r for r in resources.values() if r["Type"] == "AWS::Lambda::LayerVersion")
    assert layer["Properties"]["Content"] == {"S3Bucket": "assets", "S3Key": "Layer.zip"}


def test_the_sandboxs_variables_win_and_the_templates_stay(sam: translate.Template) -> None:
    variables = plain(sam)["Door"]["Properties"]["Environment"]["Variables"]
    assert variables == {"STAGE": "dev", "PUBLIC_BASE_URL": "http://127.0.0.1:1"}


def test_each_path_and_method_gets_a_route_under_its_functions_condition(sam: translate.Template) -> None:
    resources = plain(sam)
    routes = {
        r["Properties"]["RouteKey"]: r["Condition"]
        for r in resources.values()
        if r["Type"] == "AWS::ApiGatewayV2::Route"
    }
    assert routes == {"GET /webhooks/meta": "Customer", "ANY /api/{tenant}": "Customer"}
    assert "Body" not in resources["HttpApi"]["Properties"]
    assert translate.route_paths({"Resources": resources}) == {"/webhooks/meta", "/api/{tenant}"}


def test_a_route_for_signed_requests_alone_stays_one(sam: translate.Template) -> None:
    sam["Resources"]["HttpApi"]["Properties"]["Auth"] = {"EnableIamAuthorizer": True}
    events = sam["Resources"]["Door"]["Properties"]["Events"]
    events["Any"]["Properties"]["Auth"] = {"Authorizer": "AWS_IAM"}
    resources = plain(sam)
    assert resources["HttpApiApiTenantAnyRoute"]["Properties"]["AuthorizationType"] == "AWS_IAM"
    assert "AuthorizationType" not in resources["HttpApiWebhooksMetaGetRoute"]["Properties"]


def test_a_route_points_at_its_own_integration(sam: translate.Template) -> None:
    resources = plain(sam)
    route = resources["HttpApiWebhooksMetaGetRoute"]
    target = route["Properties"]["Target"]["Fn::Join"][1][1]["Ref"]
    assert resources[target]["Properties"]["PayloadFormatVersion"] == "2.0"


def test_batches_are_allowed_beside_single_calls_under_a_condition_too(sam: translate.Template) -> None:
    plainly, under = plain(sam)["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert plainly["Action"] == ["sqs:SendMessage", "sqs:SendMessageBatch"]
    condition, allowed, otherwise = under["Fn::If"]
    assert allowed["Action"] == ["sqs:SendMessage", "s3:GetObject", "sqs:SendMessageBatch"]
    assert (condition, otherwise) == ("Customer", {"Ref": "AWS::NoValue"})


def test_the_given_template_is_left_as_it_was(sam: translate.Template) -> None:
    plain(sam)
    assert sam["Resources"]["Door"]["Properties"]["CodeUri"] == "functions/meta_webhook/"
    assert "Metadata" in sam["Resources"]["Layer"]


def test_code_that_is_no_folder_is_refused_by_name(sam: translate.Template) -> None:
    sam["Resources"]["Door"]["Properties"]["CodeUri"] = {"Bucket": "b", "Key": "k"}
    with pytest.raises(translate.TemplateError, match=r"Door\.CodeUri"):
        translate.code_folders(sam)


def test_a_file_without_resources_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("Description: nothing\n", encoding="utf-8")
    with pytest.raises(translate.TemplateError):
        translate.read(path)
